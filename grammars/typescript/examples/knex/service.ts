// A service: pages by a map of orders, queries that are bound to others.
import knex, { Knex } from "knex";
const db: Knex = knex({ client: "pg", connection: process.env.DATABASE_URL });
const SORT = { newest: "opened_at desc", oldest: "opened_at asc", name: "name asc" } as const;
interface Page {
  page?: number;
  size?: number;
  sort?: keyof typeof SORT;
  q?: string;
  kinds?: string[];
}
export class CartService {
  constructor(private readonly db: Knex) {}
  async page(p: Page, trx: Knex | Knex.Transaction = this.db) {
    const where: string[] = ["paid = ?"];
    const bind: any[] = [true];
    if (p.q) {
      where.push("name ILIKE ?");
      bind.push(`%${p.q}%`);
    }
    if (p.kinds?.length) {
      where.push(`kind IN (${p.kinds.map(() => "?").join(", ")})`);
      bind.push(...p.kinds);
    }
    const { rows } = await trx.raw(
      `SELECT id, name FROM carts WHERE ${where.join(" AND ")} ORDER BY ${SORT[p.sort ?? "newest"]} LIMIT ? OFFSET ?`,
      [...bind, p.size ?? 20, ((p.page ?? 1) - 1) * (p.size ?? 20)],
    );
    return rows;
  }
  async report(from: Date, by: "day" | "month") {
    return this.db.raw(
      `SELECT date_trunc(:by, opened_at) AS at, count(*) FROM :table: WHERE opened_at >= :from GROUP BY 1`,
      { by, from, table: "carts" },
    );
  }
  async touch(ids: number[]) {
    return this.db.transaction(async (trx) => {
      await trx.raw("SELECT pg_advisory_xact_lock(?)", [1]);
      await trx.raw("UPDATE ?? SET opened_at = now() WHERE id = ANY(?)", ["carts", ids]);
      await trx("items").insert({ cart_id: 1, name: "x" });
      return this.page({ sort: "name" }, trx);
    });
  }
  ranked() {
    const inner = this.db.raw("SELECT id, row_number() OVER (ORDER BY ??) AS n FROM carts", ["total"]);
    return this.db.raw("SELECT * FROM (?) AS r WHERE n <= ?", [inner, 3]);
  }
  either(a: number, b: number) {
    const one = (id: number) => this.db.raw("SELECT name FROM carts WHERE id = ?", id);
    return this.db.raw("? UNION ?", [one(a), one(b)]);
  }
}
