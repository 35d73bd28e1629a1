import { MikroORM, raw, sql } from "@mikro-orm/postgresql";
declare const orm: MikroORM; declare const em: any; declare const qb: any;
export const main = async (id: number) => {
  await em.getConnection().execute("select * from k1 where id = ?", [id]);
  await orm.em.getConnection().execute("update k2 set a = ? where id = ?", [1, id], "run");
  await em.execute("select * from k3 where id = ?", [id]);
  await em.getDriver().execute("select * from k4");
  await em.execute(sql`select * from k5 where id = ${id}`);
  await em.getConnection("read").execute(sql`select * from ${sql.ref("k6")} where id = ${id}`);
  await em.getKnex().raw("select * from k7 where id = ?", [id]);
  await em.execute(raw("select * from k8 where id = ?", [id]));
  await em.find("User", { [sql`lower(name)` as any]: "x" });
  await em.getConnection().execute("select * from ?? where a = ?", ["k9", 1]);
  await em.execute("select ?::text from k10 where j \\?| array['a']", [1]);
};
