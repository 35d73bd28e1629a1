// Tables that a name stands for.
import { reader, type Db } from "./db";

export class Store {
  private readonly rows: Db;
  protected query: any;
  constructor(rows: Db, protected readonly table: string) {
    this.rows = rows;
    this.query = this.rows(table);
  }
  all(limit: number) {
    return this.rows(this.table).limit(limit);
  }
  remove(id: number) {
    return this.rows(this.table).where({ id }).delete();
  }
  run(text: string) {
    return this.rows.raw(text);
  }
  names() {
    return reader(this.table).select("name");
  }
  move(from: string, to: string) {
    return this.rows.transaction(async (t) => {
      await t(from).where({ to }).update({ to });
      await t.insert({ to }).into(to);
    });
  }
}

export const first = (db: any, table: string, id: number) => db(table).where({ id }).first();
export const keep = (db: any, table: string) => db(table);
export const other = (db: (name: string) => { close(): void }, name: string) => db(name).close();
export const sorted = (rows: string[]) => rows.find((row) => row === "a");
