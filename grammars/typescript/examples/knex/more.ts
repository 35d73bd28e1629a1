import type { Knex } from "knex";

const TABLE = "users";

export const more = (knex: Knex, ids: number[]) => {
  knex(TABLE).joinRaw("NATURAL JOIN plans").select(knex.raw("count(*) AS total"));
  knex.from("users").whereRaw("id = ANY(?)", [ids]).orderByRaw("name DESC");
  knex.raw(`SELECT * FROM ${TABLE} WHERE id IN (${ids.map(() => "?").join(",")})`, ids);
  knex.with("recent", (query) => query.select(knex.raw("max(id) AS id")).from(TABLE)).select("id").from("recent");
  return knex.raw("SELECT :col: FROM users WHERE name = :name", { col: "id", name: "x" });
};

declare function compose(): string;

export const hidden = async (text: string) => {
  await knex.raw(compose());
  await knex.raw(text, [1]);
  await knex("users").select(knex.raw(`${compose()}.name`), knex.raw("count(*)"));
};

export const parts = async () => {
  await knex.with("ranked", knex.raw("select id from users")).with("total", knex.raw("select count(*) from ranked")).select("*").from("ranked");
  await knex.raw("select count(*) from users");
};
