import { drizzle } from "drizzle-orm/node-postgres";
import { sql } from "drizzle-orm";

const db = drizzle("postgres://");

export async function queries(id: number) {
  await db.execute(sql`SELECT name FROM users WHERE id = ${id}`);
  await db.execute(sql.raw("SELECT 1 AS one"));
  await db.execute(sql`SELECT * FROM ${sql.identifier("users")}`);
  await db.select().from(users);
  await db.insert(users).values({});
}
