import { Pool } from "pg";

class Database {
  constructor(private readonly pool: Pool) {}

  async rows<T>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.pool.query(text, values)).rows;
  }

  async first<T>(text: string, values?: unknown[]) {
    return (await this.rows<T>(text, values))[0];
  }

  async countOf(table: "users" | "plans") {
    return this.first(`SELECT count(*) FROM ${table}`);
  }
}

const db = new Database(new Pool());

const run = (...args: [string, unknown[]]) => new Pool().query(...args);

enum Tables {
  Users = "users",
}

const byName = { one: "SELECT 1 AS one", two: "SELECT 2 AS two" };

export async function use(name: keyof typeof byName) {
  await db.rows("SELECT id FROM users");
  await db.first(`SELECT id FROM ${Tables.Users} WHERE id = $1`, [1]);
  await db.countOf("users");
  await db.countOf("plans");
  await run("DELETE FROM plans WHERE id = $1", [1]);
  await db.rows(byName[name]);
}
