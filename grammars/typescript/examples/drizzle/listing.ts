// Orders and pages that a schema has checked, lists of conditions and of rows.
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { sql, type SQL } from "drizzle-orm";
import { pgTable, integer, text, timestamp } from "drizzle-orm/pg-core";
import { Pool } from "pg";
import { z } from "zod";
const carts = pgTable("carts", {
  id: integer("id"),
  name: text("name"),
  total: integer("total"),
  openedAt: timestamp("opened_at"),
});
const Query = z.object({
  sort: z.enum(["name", "total"]).default("name"),
  dir: z.enum(["asc", "desc"]).default("asc"),
  page: z.coerce.number().default(1),
  q: z.string().optional(),
});
export const db = drizzle(new Pool());
const columns = { name: carts.name, total: carts.total } as const;
export class Carts {
  constructor(private readonly db: NodePgDatabase) {}
  list(given: unknown) {
    const { sort, dir, page, q } = Query.parse(given);
    const where: SQL[] = [sql`${carts.id} is not null`];
    if (q) where.push(sql`${carts.name} ilike ${`%${q}%`}`);
    return this.db.execute(
      sql`select ${carts.id} from ${carts} where ${sql.join(where, sql` and `)} order by ${columns[sort]} ${sql.raw(dir)} limit 10 offset ${(page - 1) * 10}`,
    );
  }
  bump(ids: number[]) {
    return this.db.execute(sql`update ${carts} set total = total + 1 where id in ${ids}`);
  }
  recent(days: number) {
    const since = sql`now() - make_interval(days => ${days})`;
    return this.db.execute(sql`select count(*) from ${carts} where ${carts.openedAt} > ${since}`);
  }
  rename(rows: { id: number; name: string }[]) {
    const list = sql.join(
      rows.map((r) => sql`(${r.id}::int, ${r.name}::text)`),
      sql.raw(", "),
    );
    return this.db.execute(
      sql`update carts set name = v.name from (values ${list}) as v(id, name) where carts.id = v.id`,
    );
  }
}
