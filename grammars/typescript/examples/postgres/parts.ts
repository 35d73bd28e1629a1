// Fragments are parts of the text, however they are made; rows are values.
import postgres from "postgres";
const sql = postgres("postgres://x");
const mine = (id: number) => sql`owner = ${id}`;
const byName = { lower: sql`lower(name)`, plain: sql`name` };
export const main = async (id: number, key: "lower" | "plain") => {
  await sql`select 1 from u1 where ${mine(id)} and b = ${id}`;
  await sql`select 2 from u2 where a = ${byName[key]}`;
  await sql`select 3 from u3 where a = ${sql.unsafe("now()")}`;
  await sql`select 4 from u4 where a = ${id > 1 ? sql`b + ${id}` : sql`c`}`;
  const parts = [sql`a = 1`, sql`b = ${id}`];
  await sql`select 5 from u5 where ${parts.flatMap((part, at) => (at ? [sql` and `, part] : [part]))}`;
  const [row] = await sql`select id from u6`;
  await sql`select 7 from u7 where a = ${row.id}`;
  // Beside an operator stands an operand; behind a word or a comment may stand more than one.
  const counts = new Map<string, number>();
  for (const [name, count] of counts) {
    await sql`update u8 set count = count - ${count}, part = part / ${count} where name = ${name}`;
    await sql`select 9 from u9 order by ${name}`;
    await sql`select 10 from u10 /* ${name} */ ${count}`;
  }
};

// Names that are made of what constructors are given.
export class Ledger {
  readonly table = "entries";
  constructor(
    private readonly client: postgres.Sql,
    readonly space: string = "ledger",
  ) {}
  get name() {
    return `${this.space}.${this.table}`;
  }
  remove(id: number) {
    return this.client`DELETE FROM ${this.client(this.name)} WHERE id = ${id}`;
  }
}
export const ledger = new Ledger(sql);
