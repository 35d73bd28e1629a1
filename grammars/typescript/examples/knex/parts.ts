// What is bound is SQL where it is raw or built, and a value where it is not.
import knexFactory from "knex";
const knex = knexFactory({ client: "pg" });
export const main = async (id: number, trx: any) => {
  await knex.raw("select 1 from r1 where a = ? and b = ?", [id, knex.raw("now()")]);
  await knex.raw("select 2 from r2 where a in (?)", [knex("users").select("id")]);
  await knex.raw("select 3 from r3 where a = :at and b = :id", { at: knex.raw("coalesce(c, ?)", [id]), id });
  await knex.raw("select 4 from r4 where a > ?", [knex.fn.now()]);
  const some = [id];
  if (id > 3) some.push(knex.raw("now()") as any);
  await knex.raw("select 5 from r5 where a = ? and b = ?", some);
  await knex.raw("select 6 from r6 where a = ? and b in (?)", [id, [knex.raw("1"), 2]]);
  await knex.raw("select 7 from r7 where a = ?", [id > 5 ? knex.raw("now()") : id]);
  await knex.raw("select ? from r8", [knex.ref("r8.a")]);
  await knex.raw("select ?? from r9 where a = ?", [knex.raw("count(*)"), trx.raw("b")]);
  const [row] = await knex("users").select("id");
  await knex.raw("select 10 from r10 where a = ?", [row.id]);
  const counted = await knex.raw("select count(*) from r11");
  await knex.raw("select 12 from r12 where a = ?", [counted.rows[0].count]);
};
