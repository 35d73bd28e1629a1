import { Client, Pool, type PoolClient } from "pg";
import Cursor from "pg-cursor";
import QueryStream from "pg-query-stream";
import { ACTIVE, COLUMNS } from "./text";

const pool = new Pool();

export async function plain(id: number) {
  await pool.query("SELECT id FROM users WHERE id = $1", [id]);
  await pool.query({ text: "UPDATE users SET name = $1", values: ["x"], name: "rename" });
  await pool.query(`SELECT ${COLUMNS} FROM users WHERE ${ACTIVE}`);
  await pool.query("SELECT 'it''s', E'a\\nb', \"Quoted\" FROM t\n  WHERE x = '\u00e9'");
}

export async function anyReceiver(whatever: PoolClient, client: Client) {
  await whatever.query("DELETE FROM sessions");
  client.query(new Cursor("SELECT * FROM big"));
  client.query(new QueryStream("SELECT * FROM bigger"));
}

export async function conditions(filter: { name?: string; plan?: string }, sort: boolean) {
  const where: string[] = [];
  const values: unknown[] = [];
  if (filter.name) {
    values.push(filter.name);
    where.push(`name = $${values.length}`);
  }
  if (filter.plan) {
    values.push(filter.plan);
    where.push(`plan = $${values.length}`);
  }
  let sql = "SELECT id FROM users";
  if (where.length > 0) sql += " WHERE " + where.join(" AND ");
  sql += sort ? " ORDER BY id DESC" : " ORDER BY id";
  return pool.query(sql, values);
}

export async function inList(ids: number[]) {
  const places = ids.map((_, index) => `$${index + 1}`).join(", ");
  return pool.query(`SELECT id FROM users WHERE id IN (${places})`, ids);
}

export const limited = (limit: number) => pool.query(`SELECT id FROM users LIMIT ${limit}`);

export const unknownTable = (table: string) => pool.query(`SELECT count(*) FROM ${table}`);

export function silent() {
  pool.query("SELECT pg_notify('a', 'b')").catch(() => {});
  pool.query("DELETE FROM locks");
}

export async function caught() {
  try {
    await pool.query("UPDATE users SET seen = now()");
  } catch (error) {
    console.error(error);
  }
}
