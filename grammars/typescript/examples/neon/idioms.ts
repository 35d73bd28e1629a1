// What makes the function is no query.
import { neon } from "@neondatabase/serverless";

const sql = neon(process.env.DATABASE_URL!);

export const tagged = () => sql`SELECT a FROM users`;
export const called = () => sql("SELECT b FROM users WHERE id = $1", [1]);
export class Repository {
  readonly #run;
  constructor(url: string) {
    this.#run = neon(url);
  }
  all() {
    return this.#run`SELECT c FROM users`;
  }
}
