import { Client } from "https://deno.land/x/postgres/mod.ts";

const client = new Client();

export const queries = async (id: number) => {
  await client.queryObject`SELECT name FROM users WHERE id = ${id}`;
  await client.queryArray("SELECT name FROM users WHERE id = $1", [id]);
  await client.queryObject({ text: "DELETE FROM users", args: [] });
};
