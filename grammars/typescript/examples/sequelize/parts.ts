// Replacements that are SQL.
import { Sequelize } from "sequelize";
const sequelize = new Sequelize("postgres://x");
export const main = async (id: number) => {
  await sequelize.query("select 1 from s1 where a = :at and b = :id", { replacements: { at: Sequelize.literal("now()"), id } });
  await sequelize.query("select 2 from s2 where a = ? and b = ?", { replacements: [id, sequelize.fn("lower", "x")] });
  await sequelize.query("select 3 from s3 where a = :id", { replacements: { id } });
};
