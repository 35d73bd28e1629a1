import { Model as Base, DataTypes } from "sequelize";
import { sequelize } from "./sequelize";

export class Record<Attributes extends object = any> extends Base<Attributes> {}
export class Account extends Record {}
export const Job = sequelize.define("job", { name: DataTypes.STRING });
class Point {}

export async function run(account: Account, other: { create(value: object): void }) {
  await Account.count({ where: { active: true } });
  await Account.scope("active", { method: ["team", 1] }).update({ active: false }, { where: {} });
  await Job.create({ name: "a" });
  await account.$get("team");
  other.create({});
  Object.create(Point);
}
