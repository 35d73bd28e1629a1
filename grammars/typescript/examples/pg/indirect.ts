// A method that is called by other names.
import { Pool, Client as PgClient, Query as PgQuery } from "pg";
import Cursor from "pg-cursor";
const pool = new Pool();
export const main = async (id: number) => {
  await pool.query.call(pool, "SELECT 1 FROM i1 WHERE id = $1", [id]);
  await pool.query.apply(pool, ["SELECT 2 FROM i2 WHERE id = $1", [id]]);
  const run = pool.query.bind(pool);
  await run("SELECT 3 FROM i3 WHERE id = $1", [id]);
  new PgQuery({ text: "SELECT 4 FROM i4" });
  const client = new PgClient();
  await client.query(new Cursor("SELECT 5 FROM i5"));
  const query = (text: string) => pool.query.call(pool, text);
  await query("SELECT 6 FROM i6");
};
