import { Pool } from "pg";

const pool = new Pool();

type Filters = { [name: string]: unknown; limit?: number; lock?: boolean };

// More combinations than can be listed, of parts that have no say in each other: each of them is shown once.
export function search(f: Filters) {
  const conditions = ["org_id = $1"];
  const values: unknown[] = [f.org];
  const add = (value: unknown) => values.push(value);
  if (f.name) conditions.push(`name LIKE $${add(f.name)}`);
  if (f.email) conditions.push(`email = $${add(f.email)}`);
  if (f.from) conditions.push(`created_at BETWEEN $${add(f.from)} AND $${add(f.to)}`);
  if (f.tag) conditions.push(`EXISTS (SELECT 1 FROM tags WHERE tags.user_id = users.id AND tags.name = $${add(f.tag)})`);
  if (f.active) conditions.push("(active OR invited)");
  return pool.query(
    `SELECT id, name FROM users WHERE ${conditions.join(" AND ")}
     ${f.limit ? `LIMIT $${add(f.limit)}` : ""} ${f.lock ? "FOR UPDATE" : ""}`,
    values,
  );
}

// Columns and their values go together.
export function insert(f: Filters) {
  const row = { a: f.a, b: f.b, c: f.c, d: f.d, e: f.e, f: f.f, g: f.g, h: f.h };
  const columns: string[] = [];
  const places: string[] = [];
  const values: unknown[] = [];
  for (const name in row) {
    if (row[name] === undefined) continue;
    values.push(row[name]);
    columns.push(name);
    places.push(`$${values.length}`);
  }
  return pool.query(`INSERT INTO wide (${columns.join(", ")}) VALUES (${places.join(", ")})`, values);
}

// Tables that are joined may have a say in anything: the site says that not all is shown.
export function join(f: Filters) {
  let from = "users";
  if (f.a) from += " JOIN a ON a.id = users.id";
  if (f.b) from += " JOIN b ON b.id = users.id";
  if (f.c) from += " JOIN c ON c.id = users.id";
  if (f.d) from += " JOIN d ON d.id = users.id";
  if (f.e) from += " JOIN e ON e.id = users.id";
  if (f.f) from += " JOIN f ON f.id = users.id";
  if (f.g) from += " JOIN g ON g.id = users.id";
  return pool.query(`SELECT name FROM ${from}`);
}

// A parameter that two parts share takes its type from either: the site says so too.
export function shared(f: Filters) {
  let where = "";
  if (f.a) where += " AND a = $1";
  if (f.b) where += " AND b = $1";
  if (f.c) where += " AND c";
  if (f.d) where += " AND d";
  if (f.e) where += " AND e";
  if (f.f) where += " AND f";
  if (f.g) where += " AND g";
  return pool.query(`SELECT name FROM users WHERE TRUE${where}`, [f.value]);
}
