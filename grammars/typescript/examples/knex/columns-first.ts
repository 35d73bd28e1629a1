import type { Knex } from "knex";

export class Tags {
  constructor(private readonly db: Knex) {}
  get = (id: number) => this.db.first(["id"]).from("tags").where({ id });
  names = () => this.db.distinct("name").from("tags");
  count = () => this.db.count().from("tags");
}
