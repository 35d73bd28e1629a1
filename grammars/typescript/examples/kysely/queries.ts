import { Kysely, sql } from "kysely";

export async function queries(db: Kysely<any>, name: string) {
  await sql`SELECT id FROM ${sql.table("public.users")} WHERE ${sql.ref("users.name")} = ${name}`.execute(db);
  await db.selectFrom("users").selectAll().where(sql<boolean>`lower(name) = ${name}`).execute();
}
