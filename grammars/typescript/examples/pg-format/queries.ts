import format, { ident, literal } from "pg-format";
import { Pool } from "pg";
const pool = new Pool();
const COLUMNS = ["id", "name"];
export const main = async (table: string, id: number, ids: string[]) => {
  await pool.query(format("SELECT %I FROM %I WHERE id = %L", "id", "users", id));
  await pool.query(format("SELECT %I FROM users WHERE name = %L AND at > '10%%'", COLUMNS, "it's"));
  await pool.query(format("SELECT 1 FROM %I WHERE id = %L", table, id));
  await pool.query(format("SELECT %2$I FROM %1$I", "users", "name"));
  await pool.query(format("INSERT INTO users (id, name) VALUES %L", [[1, "a"], [2, "b"]]));
  await pool.query(format("INSERT INTO users (id, name) VALUES %L", ids.map((one) => [one, "a"])));
  await pool.query(format("INSERT INTO users (id, name) VALUES %L", ids));
  await pool.query(format.withArray("SELECT 1 FROM %I WHERE a = %L", ["users", id]));
  await pool.query(`SELECT 1 FROM ${ident("users")} WHERE id = ${literal(id)} AND name IN (${ids.map(literal).join(",")})`);
  await pool.query(`DO $$ BEGIN EXECUTE format('GRANT SELECT ON users TO %I', ${literal(table)}); END $$`);
};
