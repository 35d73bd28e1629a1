// A class whose conditions are listed.
import createConnectionPool, { sql, type SQLQuery, type Queryable } from "@databases/pg";
const db = createConnectionPool({ connectionString: process.env.DATABASE_URL!, bigIntMode: "number" });
const eq = (column: string, value: unknown): SQLQuery =>
  value === null ? sql`${sql.ident(column)} IS NULL` : sql`${sql.ident(column)} = ${value}`;
const all = (parts: SQLQuery[]) => (parts.length ? sql`WHERE ${sql.join(parts, sql` AND `)}` : sql``);
export class Carts {
  constructor(private readonly q: Queryable) {}
  find(f: { id?: number; city?: string | null }) {
    const parts: SQLQuery[] = [];
    if (f.id !== undefined) parts.push(eq("id", f.id));
    if (f.city !== undefined) parts.push(eq("city", f.city));
    return this.q.query(sql`SELECT id FROM carts ${all(parts)}`);
  }
  insert(rows: { a: number; b: number }[]) {
    return this.q.query(
      sql`INSERT INTO carts (a, b) VALUES ${sql.join(
        rows.map((r) => sql`(${r.a}, ${r.b})`),
        `,`,
      )} RETURNING id`,
    );
  }
  page(after: number | null, order: "ASC" | "DESC") {
    return this.q.query(
      sql`SELECT id FROM carts ${after === null ? sql`` : sql`WHERE id > ${after}`} ORDER BY id ${order === "ASC" ? sql`ASC` : sql`DESC`} LIMIT 10`,
    );
  }
}
