import { PGlite } from "@electric-sql/pglite";
import { query, sql, raw, identifier } from "@electric-sql/pglite/template";
import { live } from "@electric-sql/pglite/live";
const db = await PGlite.create({ extensions: { live } });
const pg = new PGlite();
export const main = async (id: number, w: boolean) => {
  await db.query("SELECT 1 FROM p1 WHERE id = $1", [id]);
  await db.exec("CREATE TABLE p2 (id int); INSERT INTO p2 VALUES (1);");
  await db.sql`SELECT 1 FROM p3 WHERE id = ${id}`;
  await db.sql`SELECT ${identifier`a`} FROM ${identifier`p4`} WHERE id = ${id} ${raw`AND x = ${1}`}`;
  await db.sql`SELECT 1 FROM p5 ${w ? sql`WHERE a = ${id}` : sql``}`;
  const q = query`SELECT 1 FROM p6 WHERE id = ${id}`;
  await db.query(q.query, q.params);
  await db.transaction(async (tx) => { await tx.query("INSERT INTO p7 VALUES ($1)", [1]); await tx.sql`DELETE FROM p8`; await tx.exec("DELETE FROM p9"); });
  await db.live.query("SELECT 1 FROM p10 WHERE id = $1", [id], () => {});
  await db.live.incrementalQuery("SELECT 1 FROM p11", [], "id", () => {});
  await db.live.changes("SELECT 1 FROM p12", [], "id", () => {});
  await db.describeQuery("SELECT 1 FROM p13 WHERE a = $1");
  await pg.query<{ a: number }>("SELECT 1 FROM p14", [], { rowMode: "array" });
};
export function C({ id }: any) { const a = useLiveQuery("SELECT 1 FROM p15 WHERE id = $1", [id]); const b = useLiveQuery.sql`SELECT 1 FROM p16 WHERE id = ${id}`; const c = useLiveIncrementalQuery("SELECT 1 FROM p17", [], "id"); }
import { useLiveQuery, useLiveIncrementalQuery } from "@electric-sql/pglite-react";
