import { sql, type DatabasePool } from "slonik";

class UserQueries {
  constructor(private readonly pool: DatabasePool) {}

  async find(id: number) {
    return this.pool.one(this.#find(id));
  }

  async names(ids: readonly number[]) {
    return this.pool.anyFirst(this.#find(undefined, ids));
  }

  #find(id?: number, ids: readonly number[] = []) {
    return sql.unsafe`SELECT id, name FROM users WHERE ${id === undefined ? sql.fragment`id IN (${sql.join(ids, sql.fragment`, `)})` : sql.fragment`id = ${id}`}`;
  }
}

export const more = async (pool: DatabasePool, when: Date) => {
  await pool.exists(sql.unsafe`SELECT 1 FROM users WHERE created_at > ${sql.timestamp(when)}`);
  await pool.stream(sql.unsafe`SELECT * FROM users`, () => {});
  await pool.transaction(async (tx) => {
    await tx.many(sql.typeAlias("void")`DELETE FROM users RETURNING id`);
  });
  return new UserQueries(pool);
};
