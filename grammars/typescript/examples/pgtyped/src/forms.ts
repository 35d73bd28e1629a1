import { sql } from "@pgtyped/runtime";
export const a1 = sql<any>`SELECT * FROM n1 WHERE id = $id`;
export const a2 = sql`SELECT * FROM n2 WHERE id IN $$ids AND b = $b!`;
export const a3 = sql`INSERT INTO n3 (a, b) VALUES $$users(a, b!) RETURNING id`;
export const a4 = sql`INSERT INTO n4 (a, b) VALUES $user(a, b)`;
export const a5 = sql`SELECT '$x' , a::text FROM n5 WHERE a = $x AND b = $x`;
