// A method called like the library's own: what it is given as a text is a value.
import { sql, type DatabasePool } from "slonik";

export class Store {
  constructor(private readonly pool: DatabasePool) {}
  one = (id: string) => this.pool.maybeOne(sql.unsafe`SELECT a FROM users WHERE id = ${id}`);
  rename = () => this.pool.connect((c) => c.transaction((t) => t.one(sql.unsafe`UPDATE users SET b = 1 RETURNING b`)));
}
