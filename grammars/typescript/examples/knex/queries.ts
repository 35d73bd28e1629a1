import { knex as createKnex, type Knex } from "knex";

const knex = createKnex({ client: "pg" });

export async function queries(trx: Knex.Transaction, name: string) {
  await knex.raw("SELECT id FROM users WHERE name = ? AND data \\? 'key'", [name]);
  await trx.raw("SELECT ?? FROM ?? WHERE plan = :plan", { plan: 1 });
  await knex.raw("SELECT ?? FROM ??", ["users.id", "users"]);
  await knex.raw("UPDATE users SET name = :name WHERE at > '10:30'::time AND x = :name:", { name });
  await knex("users").whereRaw("name = ?", [name]);
  await trx("plans").insert({ name });
}
