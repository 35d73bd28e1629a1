// Handlers that are given what a schema of zod has checked.
import { Pool, type PoolClient } from "pg";
import { z } from "zod";
const pool = new Pool();
const Sort = z.enum(["name", "total", "opened_at"]);
const ListInput = z.object({
  sort: Sort.default("name"),
  dir: z.union([z.literal("asc"), z.literal("desc")]).optional(),
  limit: z.number().int().max(50),
  after: z.number().nullish(),
});
type ListInput = z.infer<typeof ListInput>;
const Patch = z.object({ name: z.string(), city: z.string().nullable(), total: z.number() }).partial();
type Handler<T> = (input: T, db: PoolClient) => Promise<unknown>;
const handlers = {
  async list(input: ListInput, db: PoolClient) {
    const after = input.after != null ? "WHERE id > $2" : "";
    return db.query(
      `SELECT id, name FROM carts ${after} ORDER BY ${input.sort} ${input.dir ?? "asc"} LIMIT $1`,
      input.after != null ? [input.limit, input.after] : [input.limit],
    );
  },
  async patch({ id, ...rest }: { id: number } & z.infer<typeof Patch>, db: PoolClient) {
    const entries = Object.entries(Patch.parse(rest)).filter(([, v]) => v !== undefined);
    const set = entries.map(([k], i) => `"${k}" = $${i + 2}`).join(", ");
    return db.query(`UPDATE carts SET ${set} WHERE id = $1`, [id, ...entries.map(([, v]) => v)]);
  },
};
async function serve<T>(schema: z.ZodType<T, any, any>, handler: Handler<T>, raw: unknown) {
  const db = await pool.connect();
  try {
    return await handler(schema.parse(raw), db);
  } finally {
    db.release();
  }
}
export const listed = (raw: unknown) => serve(ListInput, handlers.list, raw);
export const patched = (raw: { id: number }, db: PoolClient) => handlers.patch(raw, db);
export const most = (raw: unknown) => {
  const kind = Sort.parse(raw);
  return pool.query(`SELECT max(${kind}) FROM carts`);
};
