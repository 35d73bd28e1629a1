import { sql } from "@vercel/postgres";

export const queries = async (id: number) => {
  await sql`SELECT name FROM users WHERE id = ${id}`;
  await sql.query("SELECT name FROM users WHERE id = $1", [id]);
};
