import PgBoss from "pg-boss";
import { run, makeWorkerUtils, Task } from "graphile-worker";
const pool: any = null;
const boss = new PgBoss({ db: { executeSql: async (text: string, values: any[]) => pool.query(text, values) } });
export const task: Task = async (payload, helpers) => {
  await helpers.query("SELECT 1 FROM o1 WHERE id = $1", [1]);
  await helpers.withPgClient(async (client) => { await client.query("SELECT 1 FROM o2"); });
  await helpers.withPgClient((c) => c.query("SELECT 1 FROM o3"));
};
run({ taskList: { async x(payload, { query, withPgClient }) { await query("SELECT 1 FROM o4"); await withPgClient(async (pg) => pg.query("UPDATE o5 SET a = 1")); } } });
const utils = await makeWorkerUtils({});
await utils.withPgClient((pgClient) => pgClient.query("SELECT 1 FROM o6"));
await boss.getDb().executeSql("SELECT 1 FROM o7 WHERE a = $1", [1]);
export class Db { opened = true; constructor(private pool: any) {} async executeSql(text: string, values?: unknown[]) { return await this.pool.query(text, values); } }
const d = new Db(pool);
await d.executeSql("SELECT 1 FROM o8");
