import { Model } from "sequelize";

export enum Plan {
  Free = "free",
}
export class Member extends Model {}
