import createKnex, { type Knex } from "knex";

export type Db = Knex | Knex.Transaction;
export const reader = createKnex({ client: "pg" });
