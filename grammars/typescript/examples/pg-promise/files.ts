// Files that one function loads, and texts that are formatted before they are sent.
import pgPromise, { QueryFile } from "pg-promise";
import { join as joinPath } from "path";

const pgp = pgPromise();
const db = pgp("postgres://");

function sql(file: string) {
  return new QueryFile(joinPath(__dirname, "sql", file), { minify: true });
}
export const users = { find: sql("find.sql"), add: sql("add.sql") };

export const formatted = (where: object) => db.any(pgp.as.format("SELECT k FROM users WHERE id = ${id}", where));
export const named = () => db.any(pgp.as.format("SELECT l FROM $1:name", ["users"]));
// A variable's name may be put together.
const columns = ["a", "b"];
export const rows = (given: object[]) =>
  db.none(
    pgp.as.format(
      `INSERT INTO $(t:name) (${columns.map((_, c) => `$(c.c${c}:name)`).join(",")})
       VALUES ${given.map((_, r) => `(${columns.map((_, c) => `$(rows.r${r}c${c})`).join(",")})`).join(",")}`,
      { t: "o", c: { c0: "a", c1: "b" }, rows: given },
    ),
  );
