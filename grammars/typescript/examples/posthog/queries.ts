import { Pool } from "pg";

const pool = new Pool();

async function hogql(query: string): Promise<unknown[][]> {
  const response = await fetch("https://eu.posthog.com/api/projects/1/query/", {
    method: "POST",
    body: JSON.stringify({ query: { kind: "HogQLQuery", query } }),
  });
  return (await response.json()).results;
}

export async function visitors(since: string) {
  const seen = await hogql(`SELECT count() FROM visits WHERE timestamp > toDateTime('${since}')`);
  const first = await hogql("SELECT id FROM visits ORDER BY timestamp LIMIT 1");
  const own = await pool.query("SELECT id FROM accounts WHERE seen_at > $1", [since]);
  return { seen, first, own };
}
