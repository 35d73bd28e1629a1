// Texts that functions and loops append to.
import SQL, { SQLStatement } from "sql-template-strings";
import { Pool } from "pg";
const pool = new Pool();
const ASC = { name: "name", total: "total" } as Record<string, string>;
function where(query: SQLStatement, filters: { name?: string; min?: number }) {
  query.append(SQL` WHERE paid IS NOT NULL`);
  if (filters.name) query.append(SQL` AND name = ${filters.name}`);
  if (filters.min !== undefined) query.append(SQL` AND total > ${filters.min}`);
  return query;
}
export async function list(filters: { name?: string; min?: number }, sort = "name", limit?: number) {
  const query = where(SQL`SELECT id FROM carts`, filters);
  query.append(` ORDER BY ${ASC[sort] ?? "id"}`);
  if (limit) query.append(SQL` LIMIT ${limit}`);
  return pool.query(query.setName("list" + query.text.length));
}
export async function insert(rows: { a: number; b: number }[]) {
  const query = SQL`INSERT INTO carts (a, b) VALUES `;
  for (let i = 0; i < rows.length; i++) {
    if (i > 0) query.append(",");
    query.append(SQL`(${rows[i].a}, ${rows[i].b})`);
  }
  query.append(SQL` RETURNING id`);
  return pool.query(query);
}
export async function update(id: number, set: { name?: string; city?: string }) {
  const query = SQL`UPDATE carts SET opened_at = now()`;
  if (set.name) query.append(SQL`, name = ${set.name}`);
  if (set.city) query.append(SQL`, city = ${set.city}`);
  query.append(SQL` WHERE id = ${id}`);
  const { rowCount } = await pool.query(query);
  return rowCount;
}
