// Tags of any name: what they mark is a part of a query wherever the same tag, or its type, says so.
import postgres, { type Sql, type TransactionSql } from "postgres";

const sql = postgres();

export const either = (tx: TransactionSql | Sql = sql, name?: string) =>
  tx`select a from users where ${name ? tx`name = ${name}` : tx`true`}`;

const named = (db: Sql, name: string) => db`name = ${name}`;
export const byName = (db: Sql) => db`select b from users where ${named(db, "x")}`;

export const typed = (name?: string) => sql<{ id: number }[]>`select c from users ${name ? sql`where name = ${name}` : sql``}`;
