// Tags that the project writes itself: a value is a placeholder only where the function passes it on as it is.
import { Pool } from "pg";

const pool = new Pool();

const q = (strings: TemplateStringsArray, ...values: unknown[]) => String.raw(strings, ...values).trim();

function joined(strings: TemplateStringsArray, ...values: string[]) {
  return strings.reduce((text, part, at) => text + part + (values[at] ?? ""), "");
}

function sql(strings: TemplateStringsArray, ...values: unknown[]) {
  let text = strings[0];
  for (let at = 1; at < strings.length; at++) text += `$${at}` + strings[at];
  return { text, values };
}

function counted(strings: TemplateStringsArray, ...values: unknown[]) {
  return { text: strings.reduce((text, part, at) => text + "$" + at + part), values: values.map(String) };
}

function limited(strings: TemplateStringsArray, ...values: unknown[]) {
  return new Statement(`${strings.join("?")} LIMIT 10 OFFSET ${Math.random()}`, values);
}

async function db(strings: TemplateStringsArray, ...values: unknown[]) {
  return pool.query(strings.join("?"), values);
}

const dedent = (strings: TemplateStringsArray) => strings[0].trim();

export const column = (name: string) => pool.query(q`SELECT ${name} FROM own_1`);
export const known = () => pool.query(q`SELECT ${"id"} FROM own_2 ${joined`WHERE ${"a"} = 1`}`);
export const any = (name: string) => pool.query(joined`SELECT ${name} FROM own_3`);
export const passed = (id: number) => pool.query(sql`SELECT a FROM own_4 WHERE id = ${id}`);
export const numbered = (id: number) => pool.query(counted`SELECT a FROM own_5 WHERE id = ${id}`);
export const more = (id: number) => pool.query(limited`SELECT a FROM own_6 WHERE id = ${id}`);
export const sent = (id: number) => db`SELECT a FROM own_7 WHERE id = ${id}`;
export const laid = () => pool.query(dedent`
  SELECT a FROM own_8`);
export const raw = () => pool.query(String.raw`SELECT '\d' FROM own_9`);
export const unsent = String.raw`SELECT '\d' FROM own_10`;

class Statement {
  constructor(readonly text: string, readonly values: unknown[]) {}
}

const base = { id: 1, name: "a" };
const row = { ...base, name: "b", ...{ email: null } };
export const insert = () =>
  pool.query(`INSERT INTO own_11 (${Object.keys(row).join(", ")}) VALUES (1, 2, 3)`);
