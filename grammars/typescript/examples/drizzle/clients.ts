// Clients under other names, and queries that begin with `with`.
import { sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { pgTable, integer } from "drizzle-orm/pg-core";

const users = pgTable("users", { id: integer("id") });

export const named = (db: any) => {
  const some = db.$with("some").as(db.select().from(users));
  return db.with(some).select().from(some);
};
export const reader = (reading: NodePgDatabase, cache: Map<string, string>) => {
  cache.delete("a");
  return reading.select({ id: sql`${users.id}` }).from(users);
};
