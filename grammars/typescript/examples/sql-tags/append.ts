// Texts that grow by `append`.
import { SQL } from "sql-template-strings";
import { Pool } from "pg";
const pool = new Pool();
export const main = async (id: number, name?: string) => {
  const query = SQL`SELECT 1 FROM a1 WHERE id = ${id}`;
  if (name) query.append(SQL` AND name = ${name}`);
  await pool.query(query);
  await pool.query(SQL`SELECT 2 FROM `.append("a2").append(SQL` WHERE id = ${id}`));
};
