import { sql } from "@pgtyped/runtime";

export const findUser = sql<unknown>`SELECT id FROM users WHERE name = $name! AND plan IN $$plans AND $name::text <> '$name'`;
export const insertUsers = sql<unknown>`INSERT INTO users (name, plan) VALUES $$users(name!, plan)`;
export const updateUser = sql<unknown>`UPDATE users SET (name, plan) = $user(name, plan) WHERE id = $id`;
