import { type EntityManager } from "@mikro-orm/postgresql";

export async function queries(em: EntityManager, name: string) {
  await em.getConnection().execute("SELECT id FROM users WHERE name = ?", [name]);
  await em.execute("DELETE FROM users");
  await em.find(User, { name });
}
