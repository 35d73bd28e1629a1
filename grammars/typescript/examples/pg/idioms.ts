// Ways to call that the other files do not show.
import { Pool, type QueryConfig } from "pg";

const pool = new Pool();

// What callers leave out is the default.
function run({ table = "users", schema = "public" }: { table?: string; schema?: string } = {}) {
  return pool.query(`select a from ${schema}.${table}`);
}
export const first = () => run();
export const second = () => run({ table: "orders" });

export function options(given: { column?: string }) {
  const { column = "id" } = given;
  return pool.query(`select ${column} from b`);
}
export const third = () => options({});
export const fourth = () => options({ column: "name" });

// What may be a number or a text is neither.
export const page = (size: number | string) => pool.query(`select c from users limit ${size}`);
export const numbered = (size: number | null) => pool.query(`select d from users limit ${size}`);

// A list gives its items to the function that is called with each.
export const clear = () => Promise.all(["users", "orders"].map((table) => pool.query(`truncate ${table}`)));
export const all = () => ["select e from users", "select f from users"].forEach((text) => pool.query(text));

// Methods that are taken out of their objects.
export const taken = async () => {
  const { query, release } = await pool.connect();
  await query("select g from users");
  release();
};
export const given = ({ query: ask }: { query: Pool["query"] }) => ask("select h from users");

// A text or an object that holds one.
export class Db {
  constructor(private readonly inner: Pool) {}
  ask(query: string | QueryConfig, values?: unknown[]) {
    return this.inner.query(query as string, values);
  }
}
export const both = async (db: Db) => {
  await db.ask("select i from users");
  await db.ask({ text: "select j from users" });
};
