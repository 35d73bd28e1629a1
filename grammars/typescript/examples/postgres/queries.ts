import postgres from "postgres";

const sql = postgres();

export async function queries(user: { name: string; age: number }, ids: number[], desc: boolean) {
  await sql`SELECT name FROM users WHERE age > ${user.age}`;
  await sql`INSERT INTO users ${sql(user, "name", "age")}`;
  await sql`UPDATE users SET ${sql(user, "name")} WHERE id = ${1}`;
  await sql`SELECT ${sql(["name", "age"])} FROM ${sql("users")} WHERE id IN ${sql(ids)}`;
  const order = desc ? sql`ORDER BY id DESC` : sql`ORDER BY id`;
  await sql`SELECT id FROM users ${order}`;
  await sql`SELECT id FROM users ${ids.length ? sql`WHERE id = ANY(${ids})` : sql``}`;
  await sql.unsafe("SELECT 1 AS one");
  await sql.begin(async (tx) => {
    await tx`DELETE FROM users`;
  });
}
