// @databases/pg: https://www.atdatabases.org/docs/sql
import createConnectionPool, { sql, SQLQuery } from "@databases/pg";

const db = createConnectionPool({ bigIntMode: "number" });

export const find = (id: number) => db.query(sql`SELECT name FROM ${sql.ident("shop", "carts")} WHERE id = ${id}`);
export const named = (names: string[]) =>
  db.query(sql`SELECT id FROM carts WHERE name IN (${sql.join(names.map((name) => sql.value(name)), sql`, `)})`);
export const sorted = (down: boolean) =>
  db.query(sql`SELECT id FROM carts ORDER BY ${sql.__dangerous__rawValue(down ? "id DESC" : "id")}`);
export const joined = () => db.query(sql.join([sql`SELECT id `, sql`FROM carts`]));
export const file = () => db.query(sql.file("queries.sql"));
export const several = () => db.tx((tx) => tx.query([sql`DELETE FROM items`, sql`DELETE FROM carts`]));
export const search = (name?: string) => {
  const all: SQLQuery[] = [sql`open`];
  if (name) all.push(sql`name = ${name}`);
  return db.query(sql`SELECT id FROM carts WHERE ${sql.join(all, " AND ")}`);
};
