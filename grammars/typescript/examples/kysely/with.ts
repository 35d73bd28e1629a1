import type { Kysely } from "kysely";

export const named = (db: Kysely<any>) =>
  db.with("some", (q) => q.selectFrom("users").select("id")).selectFrom("some").selectAll().execute();
export const plain = (rows: Kysely<any>) => rows.with("one", (q) => q.selectNoFrom([])).selectFrom("one").execute();
