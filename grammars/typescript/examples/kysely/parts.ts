// Parts that are no values, and raw texts that are sent.
import { Kysely, PostgresDialect, sql } from "kysely";
const db = new Kysely<any>({ dialect: new PostgresDialect({} as any) });
const query = "select 5 from q5";
export const main = async (id: number) => {
  await sql`select 1 from q1 where id in (${db.selectFrom("users").select("id")})`.execute(db);
  const newest = db.selectFrom("users").select("id").limit(1);
  await sql`select 2 from q2 where id = (${newest}) and a = ${id}`.execute(db);
  await sql`select 3 from q3 where a = ${sql`lower(b)`.$castTo<string>()}`.execute(db);
  await sql.raw("select 4 from q4").execute(db);
  await sql.raw(query).execute(db);
  await sql.raw(`select 6 from ${id > 1 ? "q6" : "q7"}`).execute(db);
  const user = await db.selectFrom("users").selectAll().executeTakeFirstOrThrow();
  await sql`select 8 from q8 where a = ${user.id}`.execute(db);
  const same = sql`select 9 from q9`;
  await same.execute(db);
};
