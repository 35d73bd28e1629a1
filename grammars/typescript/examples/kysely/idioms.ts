// The typed tag as the body of a function: its parts are the function's.
import { CompiledQuery, type Expression, type Kysely, sql } from "kysely";

export const given = (where: Expression<boolean>) => sql<number>`select a from person where ${where}`;
export const chosen = (all: boolean) => sql<number>`select b from person ${all ? sql`` : sql`where c = 1`}`;
export const compiled = (db: Kysely<unknown>) => db.getExecutor().executeQuery(CompiledQuery.raw("select d from person where e ? 'f'"));
