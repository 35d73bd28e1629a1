// Repositories and managers under any name.
import { DataSource, EntityManager, Repository, type BaseEntity } from "typeorm";
import { Account, Accounts } from "./entities";

export class Users {
  private readonly accounts: Accounts;
  constructor(private readonly users: Repository<Account>, private readonly source: DataSource) {
    this.accounts = new Accounts(Account, source.manager);
  }
  find(id: number) {
    return this.users.findOneBy({ id });
  }
  change(id: number) {
    return this.users.update({ id }, { id });
  }
  all() {
    return this.accounts.find();
  }
  async move(account: Account) {
    await this.source.transaction(async (m) => {
      await m.save(Account, account);
    });
    const rows = this.source.getRepository(Account);
    await rows.delete({ id: 1 });
    return account.reload();
  }
  pick(users: Account[]) {
    return users.find((user) => user.id === 1);
  }
}

export const remove = (r: Repository<Account>) => r.delete({ id: 1 });
export const put = (m: EntityManager, account: Account) => m.save(Account, account);
export const found = () => Account.findBy({ id: 1 });
export const cached = (cache: Map<string, BaseEntity>, list: { save(): void; find(): void }) => {
  cache.clear();
  list.save();
  return list.find();
};
