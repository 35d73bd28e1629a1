import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Pool } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

const pool = new Pool();

export async function load(file: string, table: "readings" | "alarms") {
  const client = await pool.connect();
  try {
    const into = client.query(copyFrom(`COPY ${table} (sensor, taken_at, value) FROM STDIN WITH (FORMAT csv)`));
    await pipeline(createReadStream(file), into);
  } finally {
    client.release();
  }
}

export async function dump(target: NodeJS.WritableStream) {
  const client = await pool.connect();
  const out = client.query(copyTo("COPY (SELECT sensor, value FROM readings) TO STDOUT"));
  await pipeline(out, target);
  client.release();
}
