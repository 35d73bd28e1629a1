import postgres from "postgres";

const sql = postgres();

export async function more(age: number, filter?: string) {
  await sql.file("sql/older.sql", [age]);
  const conditions = [sql`age > ${age}`, filter ? sql`AND name = ${filter}` : sql``];
  await sql`SELECT id FROM users WHERE ${conditions}`;
  const fragment = (name: string) => sql`SELECT ${sql(name)} FROM users`;
  await fragment("name");
  await sql`SELECT count(*) FROM users`.cursor(10);
}
