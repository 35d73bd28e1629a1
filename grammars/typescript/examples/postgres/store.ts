// A store whose conditions, columns and order are chosen at run time.
import postgres from "postgres";
const sql = postgres(process.env.DATABASE_URL!, { onnotice: () => {} });
type Sort = "name" | "total" | "opened_at";
const SORTS: Record<Sort, ReturnType<typeof sql>> = { name: sql`name`, total: sql`total`, opened_at: sql`opened_at` };
interface Filter {
  city?: string;
  paid?: boolean;
  ids?: number[];
  text?: string;
  sort?: Sort;
  down?: boolean;
  limit?: number;
}
const and = (parts: ReturnType<typeof sql>[]) => parts.flatMap((part, i) => (i ? [sql`and`, part] : [part]));
export class CartStore {
  constructor(private readonly db: postgres.Sql) {}
  find(f: Filter) {
    const parts = [
      f.city ? this.db`city = ${f.city}` : null,
      f.paid === undefined ? null : this.db`paid = ${f.paid}`,
      f.ids?.length ? this.db`id in ${this.db(f.ids)}` : null,
      f.text ? this.db`name ilike ${"%" + f.text + "%"}` : null,
    ].filter((p) => p !== null);
    return this
      .db`select id, name from carts ${parts.length ? this.db`where ${and(parts as any)}` : this.db``} order by ${SORTS[f.sort ?? "name"]} ${f.down ? this.db`desc` : this.db`asc`} limit ${f.limit ?? 10}`;
  }
  add(rows: { a: number; b: number }[]) {
    return this.db`insert into carts ${this.db(rows, "a", "b")} returning id`;
  }
  set(id: number, change: { name?: string; total?: number }) {
    return this.db`update carts set ${this.db(change, "name", "total")} where id = ${id}`;
  }
  async move(from: number, to: number) {
    return this.db.begin(async (tx) => {
      const [row] = await tx`select total from carts where id = ${from} for update`;
      await tx`update carts set total = total + ${row?.total ?? 0} where id = ${to}`;
      await tx.savepoint(async (sp) => {
        await sp`delete from carts where id = ${from}`;
      });
      return tx`select count(*) from carts`;
    });
  }
  columns(cols: ("id" | "name")[]) {
    return this.db`select ${this.db(cols)} from carts`;
  }
  upsert(row: { id: number; name: string }) {
    return this.db`insert into carts ${this.db(row)} on conflict do nothing`;
  }
}
