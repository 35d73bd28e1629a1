import { SQL } from "bun";

const db = new SQL("postgres://");

export const filtered = (active: boolean) => db`SELECT a FROM users ${active ? db`WHERE active` : db``}`;
