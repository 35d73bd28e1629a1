// Helpers that make parts, literals among them.
import { Kysely, PostgresDialect, sql, type RawBuilder, type Transaction } from "kysely";
import { Pool } from "pg";
interface DB {
  carts: { id: number; name: string; total: number; opened_at: Date; tags: unknown };
}
const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: new Pool() }) });
const json = (v: unknown): RawBuilder<unknown> => sql`${JSON.stringify(v)}::jsonb`;
const trunc = (unit: "day" | "week", col: string) => sql<Date>`date_trunc(${sql.lit(unit)}, ${sql.ref(col)})`;
const between = (col: string, a?: number, b?: number) => {
  if (a !== undefined && b !== undefined) return sql`${sql.ref(col)} between ${a} and ${b}`;
  if (a !== undefined) return sql`${sql.ref(col)} >= ${a}`;
  return b !== undefined ? sql`${sql.ref(col)} <= ${b}` : sql`true`;
};
export async function stats(unit: "day" | "week", min?: number, max?: number) {
  const filters = [between("total", min, max), sql`paid is not null`];
  return sql<{ at: Date; n: number }>`
    select ${trunc(unit, "opened_at")} as at, count(*) as n from ${sql.table("carts")}
    where ${sql.join(filters, sql` and `)} group by 1`.execute(db);
}
export async function save(trx: Transaction<DB> | Kysely<DB>, id: number, tags: string[]) {
  await sql`update carts set tags = ${json(tags)} where id = ${id}`.execute(trx);
}
const cols = ["id", "name"] as const;
export const read = () => sql`select ${sql.join(cols.map((c) => sql.ref(`carts.${c}`)))} from carts`.execute(db);
export const fill = () =>
  sql`insert into carts (id, name) values ${sql.join([[1, "a"], [2, "b"]].map((r) => sql`(${sql.join(r)})`))}`.execute(db);
export const tidy = () => sql.raw(`vacuum ${"carts"}`).execute(db);
