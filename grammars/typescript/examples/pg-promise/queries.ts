import pgPromise from "pg-promise";

const pgp = pgPromise();
const db = pgp("postgres://");

export async function queries(name: string) {
  await db.one("SELECT id FROM users WHERE name = $1", name);
  await db.any("SELECT id FROM users WHERE name = ${name} AND plan IN (${plans:csv})", { name, plans: [] });
  await db.none("DELETE FROM $1:name WHERE id = $2", ["users", 1]);
  await db.tx(async (t) => {
    await t.none("UPDATE users SET plan = $/plan/", { plan: 1 });
  });
}
