import { sql } from "@pgtyped/runtime";

export const findUser = sql<unknown>`SELECT id FROM users WHERE name = $name AND plan IN $$plans`;
