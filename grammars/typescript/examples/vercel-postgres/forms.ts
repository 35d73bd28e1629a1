import { sql, db, createClient, createPool } from "@vercel/postgres";
export const main = async (id: number) => {
  await sql`SELECT * FROM l1 WHERE id = ${id} LIMIT 5`;
  const { rows } = await sql<{ a: number }>`SELECT * FROM l2 WHERE a = ${1}`;
  await sql.query("SELECT * FROM l3 WHERE id = $1", [id]);
  const client = await db.connect();
  await client.sql`INSERT INTO l4 VALUES (${1})`;
  await client.query("SELECT * FROM l5");
  const c2 = createClient(); await c2.connect();
  await c2.sql`SELECT 1 FROM l6`;
  const pool = createPool();
  await pool.sql`SELECT 1 FROM l7 WHERE a = ${id}`;
  await db.sql`SELECT 1 FROM l8`;
  await pool.query({ text: "SELECT 1 FROM l9 WHERE a = $1", values: [1] });
};
