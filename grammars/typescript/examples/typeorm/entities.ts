import { BaseEntity, Repository } from "typeorm";

export class Account extends BaseEntity {
  id!: number;
  async touch() {
    await this.save();
  }
}

export class Accounts extends Repository<Account> {
  recent() {
    return this.find({ order: { id: "DESC" } });
  }
}
