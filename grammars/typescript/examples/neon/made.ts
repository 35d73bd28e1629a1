import { neon } from "@neondatabase/serverless";
const sql = neon("postgres://x");
const run = neon("postgres://y");
export const main = async (id: number) => {
  await sql("SELECT 1 FROM n1 WHERE id = $1", [id]);
  await run("SELECT 2 FROM n2 WHERE id = $1", [id]);
  await sql.query("SELECT 3 FROM n3 WHERE id = $1", [id]);
  await sql`SELECT 4 FROM n4 WHERE id = ${id}`;
};
