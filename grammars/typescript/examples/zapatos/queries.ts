// Zapatos: https://jawj.github.io/zapatos/
import * as db from "zapatos/db";
import type * as s from "zapatos/schema";
import { pool } from "./pool";

export const find = (id: number) =>
  db.sql<s.carts.SQL, s.carts.Selectable[]>`SELECT ${"id"}, ${"carts.name"} FROM ${"carts"} WHERE ${"id"} = ${db.param(id)}`.run(pool);
export const matching = (id: number) => db.sql`SELECT id FROM ${"carts"} WHERE ${{ id }}`.run(pool);
export const insert = (cart: s.carts.Insertable) =>
  db.sql`INSERT INTO ${"carts"} (${db.cols(cart)}) VALUES (${db.vals(cart)})`.run(pool);
export const sorted = () => db.sql`SELECT id FROM carts ${db.raw("ORDER BY id")}`.run(pool);
export const built = (id: number) => db.selectOne("carts", { id }).run(pool);
