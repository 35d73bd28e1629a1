// What is bound is SQL where it is raw.
import { raw, sql } from "@mikro-orm/postgresql";
declare const em: any;
export const main = async (id: number) => {
  await em.execute("select 1 from t1 where a = ? and b = ?", [raw("now()"), id]);
  await em.execute("select 2 from t2 where a = ?", [sql`lower(${id})`]);
  await em.execute("select 3 from t3 where a in (?)", [em.createQueryBuilder("User").select("id")]);
};
