// Without bindings, too, an escaped question mark is an operator.
import { knex as make } from "knex";

const knex = make({ client: "pg" });

export const escaped = () => knex.raw("select a from users where b \\? 'c'");
export const bound = () => knex.raw("select a from users where b \\? ?", ["c"]);
