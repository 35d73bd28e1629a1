// Texts from JSON files, and from where they cannot be read.
import { Pool } from "pg";
import dedent from "dedent";
import { FIND_USER } from "@acme/queries";
import { generated } from "./generated/queries";
import reports from "./queries/reports.json";

const pool = new Pool();

export const daily = () => pool.query(reports.daily);
export const byUser = (id: string) => pool.query(reports["by"].user, [id]);
export const missing = () => pool.query(generated);
export const packaged = () => pool.query(FIND_USER, [1]);
// What lays a text out is no site of its own.
export const laid = () => pool.query(dedent`
  SELECT a
  FROM laid`);
// No text, and nobody's query.
export const other = (client: { query(what: unknown): void }) => client.query(FIND_USER);
