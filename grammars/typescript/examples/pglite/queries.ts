import { PGlite } from "@electric-sql/pglite";

const pg = new PGlite();

export const queries = async (id: number) => {
  await pg.query("SELECT name FROM users WHERE id = $1", [id]);
  await pg.exec("CREATE TABLE a (b int); INSERT INTO a VALUES (1)");
  await pg.sql`SELECT name FROM users WHERE id = ${id}`;
};
