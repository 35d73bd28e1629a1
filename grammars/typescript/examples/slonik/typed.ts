import { sql, type CommonQueryMethods } from "@silverhand/slonik";

type Row = { id: string };

const find = (id: string) => {
  return sql<Row>`SELECT id FROM users WHERE id = ${id}`;
};

export const typed = async (pool: CommonQueryMethods, id: string, active: boolean) => {
  await pool.one(find(id));
  const query = active && sql<Row>`SELECT id FROM active_users`;
  return pool.any(query);
};
