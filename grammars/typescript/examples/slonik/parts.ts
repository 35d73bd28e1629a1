// Fragments are parts of the text, however they are made; rows are values.
import { createPool, sql } from "slonik";
const now = sql.fragment`now()`;
const later = (by: number) => sql.fragment`now() + make_interval(secs => ${by})`;
export const main = async (id: number) => {
  const pool = await createPool("postgres://x");
  await pool.query(sql.unsafe`select 1 from v1 where a > ${now} and b = ${id}`);
  await pool.query(sql.unsafe`select 2 from v2 where a > ${later(id)}`);
  const row = await pool.one(sql.unsafe`select id from v3`);
  await pool.query(sql.unsafe`select 4 from v4 where a = ${row.id}`);
  await pool.query(sql.unsafe`select 5 from v5 where a = ${id > 1 ? now : sql.fragment`${id}`}`);
};
