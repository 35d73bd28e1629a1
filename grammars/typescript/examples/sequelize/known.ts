// The same, in one that names the library.
import type { Transaction } from "sequelize";

export const wipe = async (record: any, transaction: Transaction) => {
  await record.destroy();
  await record.increment("visits");
};
