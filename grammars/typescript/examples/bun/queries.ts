import { sql, SQL } from "bun";

export const queries = async (id: number) => {
  await sql`SELECT name FROM users WHERE id = ${id}`;
  await sql`INSERT INTO users ${sql({ name: "x", plan: 1 })}`;
  await sql.unsafe("SELECT 1 AS one");
};
