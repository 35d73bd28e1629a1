import { createPool, createSqlTag, sql as plain } from "slonik";
import { z } from "zod";
const sql = createSqlTag({ typeAliases: { id: z.object({ id: z.number() }), void: z.void() } });
const main = async () => {
  const pool = await createPool("postgres://");
  await pool.any(sql.typeAlias("id")`SELECT id FROM a1 WHERE d = ${sql.date(new Date())}`);
  await pool.anyFirst(sql.type(z.object({ id: z.number() }))`SELECT id FROM a2 WHERE t > ${sql.timestamp(new Date())}`);
  await pool.exists(plain.unsafe`SELECT 1 FROM a3 WHERE u = ${sql.uuid("x")}`);
  await pool.many(sql.unsafe`SELECT 1 FROM a4 WHERE j = ${sql.jsonb({ a: 1 })} AND k = ${sql.json([1])}`);
  await pool.manyFirst(sql.unsafe`SELECT 1 FROM a5 WHERE i < ${sql.interval({ days: 3, minutes: 2 })}`);
  await pool.maybeOne(sql.unsafe`SELECT 1 FROM a6 WHERE i = ANY(${sql.array([1, 2], "int4")})`);
  await pool.maybeOneFirst(sql.unsafe`SELECT 1 FROM a7 WHERE i = ANY(${sql.array([1, 2], sql.fragment`int[]`)})`);
  await pool.one(sql.unsafe`SELECT 1 FROM a8 WHERE b = ${sql.binary(Buffer.from("a"))}`);
  await pool.oneFirst(sql.unsafe`SELECT ${sql.literalValue("it's")} FROM a9`);
  await pool.query(sql.unsafe`INSERT INTO a10 (a, b) SELECT * FROM ${sql.unnest([[1, "x"]], ["int4", "text"])}`);
  await pool.query(sql.unsafe`INSERT INTO a11 (a, b) SELECT * FROM ${sql.unnest([[1, "x"]], ["int4", ["pg_catalog", "text"]])} AS t(a, b)`);
  await pool.record(sql.unsafe`SELECT key, value FROM a12`);
  await pool.stream(sql.unsafe`SELECT id FROM a13 WHERE a IN (${sql.list([1, 2, 3])})`, (stream) => {});
  await pool.connect(async (connection) => {
    await connection.query(sql.unsafe`UPDATE a14 SET x = ${1} WHERE ${sql.and([sql.fragment`a = ${2}`, sql.fragment`b = ${3}`])}`);
    await connection.transaction(async (t1) => {
      await t1.query(sql.unsafe`DELETE FROM a15 WHERE ${sql.or([sql.fragment`a = 1`, sql.fragment`b = 2`])}`);
      await t1.query(sql.prepared("name", z.any())`SELECT 1 FROM a16`);
    });
  });
  const cond = [sql.fragment`a = ${1}`, sql.fragment`b = ${2}`];
  await pool.any(sql.unsafe`SELECT 1 FROM a17 WHERE ${sql.join(cond, sql.fragment` AND `)} ORDER BY ${sql.identifier(["x"])}`);
  await pool.any(sql.unsafe`SELECT 1 FROM ${sql.identifier(["s", "a18"])} WHERE (a, b) IN (${sql.join([sql.fragment`(${sql.join([1, 2], sql.fragment`, `)})`], sql.fragment`, `)})`);
  const filters = [1 > 0 && sql.fragment`c = ${1}`, null];
  await pool.any(sql.unsafe`SELECT 1 FROM a19 WHERE ${sql.and(filters)}`);
};
