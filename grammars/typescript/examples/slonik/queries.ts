import { createPool, sql, type CommonQueryMethods } from "slonik";

const users = sql.identifier(["users"]);
const id = sql.identifier(["users", "id"]);

export const find = async (pool: CommonQueryMethods, name: string, active?: boolean) => {
  await pool.one(sql.unsafe`SELECT ${id} FROM ${users} WHERE name = ${name}`);
  await pool.maybeOne(sql.type(User)`SELECT * FROM users ${active ? sql.fragment`WHERE active` : sql.fragment``}`);
  await pool.query(sql.unsafe`INSERT INTO tags (name) SELECT * FROM ${sql.unnest([["a"]], ["text"])}`);
  await pool.any(sql.unsafe`
    SELECT ${sql.join([id, sql.identifier(["name"])], sql.fragment`, `)} FROM users
    WHERE id IN (${sql.join([1, 2], sql.fragment`, `)})
  `);
};
