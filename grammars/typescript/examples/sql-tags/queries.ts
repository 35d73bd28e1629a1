import sql, { join, raw } from "sql-template-tag";
import SQL from "sql-template-strings";

export const one = (id: number) => sql`SELECT name FROM users WHERE id = ${id}`;

export function two(name?: string) {
  const query = SQL`SELECT name FROM users`;
  if (name) query.append(SQL` WHERE name = ${name}`);
  return pool.query(query);
}
