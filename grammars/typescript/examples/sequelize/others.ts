// Methods of the same names on what is no model.
import { Model } from "sequelize";
import Metrics from "./metrics";
class User extends Model {}
export const main = async (redis: any) => {
  Metrics.increment("logins");
  redis.truncate();
  await User.increment("logins");
  await User.findAll();
};
