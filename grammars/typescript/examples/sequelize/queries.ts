import { QueryTypes, Sequelize } from "sequelize";

const sequelize = new Sequelize("postgres://");

export async function queries(name: string) {
  await sequelize.query("SELECT id FROM users WHERE name = :name AND at > '1:2'", { replacements: { name } });
  await sequelize.query("SELECT id FROM users WHERE name = ?", { replacements: [name], type: QueryTypes.SELECT });
  await sequelize.query({ query: "DELETE FROM users WHERE name = ?", values: [name] });
  await User.findAll({ where: { name } });
}
