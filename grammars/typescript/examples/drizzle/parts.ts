// Parts that are no values: queries of the builder, conditions, views, fragments under other methods.
import { drizzle } from "drizzle-orm/node-postgres";
import { and, eq, exists, getTableColumns, sql } from "drizzle-orm";
import { pgTable, pgView, serial, text } from "drizzle-orm/pg-core";
const users = pgTable("users", { id: serial("id"), name: text("name") });
const active = pgView("active").as((qb: any) => qb.select().from(users));
const db = drizzle("postgres://x");
const orm = drizzle("postgres://x");
const lower = () => sql`lower(${users.name})`;
const ids = () => db.select({ id: users.id }).from(users);
export const main = async (name: string) => {
  await db.execute(sql`select 1 from p1 where id in (${db.select({ id: users.id }).from(users)})`);
  await db.execute(sql`select 2 from p2 where id in ${orm.select({ id: users.id }).from(users)}`);
  const sub = db.select().from(users).where(eq(users.name, name)).as("sub");
  await db.execute(sql`select 3 from p3 where id = ${sub.id}`);
  await db.execute(sql`select 4 from p4 where ${and(eq(users.id, 1), eq(users.name, name))}`);
  await db.execute(sql`select 5 from p5 where a and (${exists(ids())})`);
  await db.execute(sql`select 6 from p6 where a = ${active.name}`);
  await db.execute(sql`select 7 from p7 where a = ${getTableColumns(users).name}`);
  await db.execute(sql`select 8 from p8 where a = ${lower().mapWith(String)}`);
  await db.execute(sql`select 9 from p9 where a = ${sql`max(b)`.as("b")}`);
  await db.execute(sql`select 10 from p10 where a > (${db.$count(users)})`);
  // Rows are values.
  const [row] = await db.select().from(users);
  await db.execute(sql`select 11 from p11 where id = ${row.id}`);
  const rows = await ids();
  await db.execute(sql`select 12 from p12 where id = ${rows[0].id}`);
  const all = (await db.select().from(users)).map((one) => one.id);
  await db.execute(sql`select 13 from p13 where id = any(${all})`);
};
