// pg-sql2 and @nearform/sql.
import SQL from "@nearform/sql";
import * as sql from "pg-sql2";
import { Pool } from "pg";

const pool = new Pool();

export const glued = (id: number, name?: string) => {
  const all = [SQL`open`, SQL`id = ${id}`];
  if (name) all.push(SQL`name = ${name}`);
  return pool.query(SQL`SELECT 1 FROM ${SQL.quoteIdent("carts")} WHERE ${SQL.glue(all, " AND ")} ${SQL.unsafe("ORDER BY id")}`);
};
export const mapped = (ids: number[]) => pool.query(SQL`SELECT 2 FROM carts WHERE id IN (${SQL.map(ids)})`);
export const built = (id: number) =>
  pool.query(sql.compile(sql.query`SELECT ${sql.join([sql.identifier("carts", "id"), sql.literal("x")], ", ")} FROM carts WHERE id = ${sql.value(id)}`));
