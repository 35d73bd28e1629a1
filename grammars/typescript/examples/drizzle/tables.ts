import { drizzle } from "drizzle-orm/node-postgres";
import { sql } from "drizzle-orm";
import { integer, pgSchema, pgTable, serial, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  fullName: text("full_name").notNull(),
  age: integer(),
});
const billing = pgSchema("billing");
const bills = billing.table("bills", (t) => ({ id: t.serial("bill_id"), userId: t.integer("user_id") }));

const db = drizzle("postgres://");

export const tables = async (id: number) => {
  await db.execute(sql`SELECT ${users.fullName}, ${users.age} FROM ${users} WHERE ${users.id} = ${id}`);
  await db.execute(sql`DELETE FROM ${bills} WHERE ${bills.userId} = ${id}`);
  await db.select({ lower: sql<string>`lower(${users.fullName})` }).from(users);
};
