import { type Kysely, sql } from "kysely";

export const more = async (db: Kysely<any>, name: string) => {
  await sql.raw("SELECT 1 AS one").execute(db);
  await sql`SELECT ${sql.id("users", "name")}, ${sql.lit("x")} FROM ${sql.table("users")}`.execute(db);
  await sql`SELECT ${sql.join([sql.ref("a"), sql.ref("b")])} FROM users WHERE name = ${sql.val(name)}`.execute(db);
  await db.insertInto("users").values({ name }).execute();
};
