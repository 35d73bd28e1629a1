import crypto, { createHash, randomUUID } from "node:crypto";
import { v4 } from "uuid";
import { format } from "date-fns";
import { Pool } from "pg";

const pool = new Pool();

class Scores {
  private table = "";

  async run() {
    const now = new Date();
    const stamp = now.toISOString().slice(0, 19).replace(/[-:T]/g, "");
    this.table = `scores_${stamp}_${crypto.randomBytes(4).toString("hex")}`;
    await pool.query(`DROP TABLE IF EXISTS ${this.table}`);
    await pool.query(`CREATE UNLOGGED TABLE ${this.table} (id uuid PRIMARY KEY, done boolean)`);
    await pool.query(`INSERT INTO ${this.table} (id) SELECT id FROM documents`);
    await pool.query(`SELECT s.id FROM ${this.table} s JOIN documents d ON d.id = s.id`);
  }
}

function tableOf(bucket: string): string {
  const hash = createHash("sha256").update(bucket).digest("hex").slice(0, 24);
  return `"app"."vector_${hash}"`;
}

export const vectors = (bucket: string) => pool.query(`SELECT id FROM ${tableOf(bucket)}`);
export const savepoint = () => pool.query(`SAVEPOINT sp_${randomUUID().replace(/-/g, "_")}`);
export const partition = (day: Date) => {
  const name = `logs_${day.getUTCFullYear()}_${String(day.getUTCMonth() + 1).padStart(2, "0")}`;
  return pool.query(`CREATE TABLE ${name} PARTITION OF logs FOR VALUES FROM ('${day.toISOString()}') TO ('${v4()}')`);
};
export const monthly = (day: Date) => pool.query(`TRUNCATE logs_${format(day, "yyyyMM")}`);
export const cursor = () => pool.query(`CLOSE c_${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`);
export const dimensions = (size: unknown) => {
  if (!Number.isInteger(size)) throw new Error("not a number");
  return pool.query(`CREATE TABLE items_${process.pid} (value vector(${size}))`);
};

// What is made is more than a part of a name here, or may end it.
export const whole = () => pool.query(`SELECT id FROM ${crypto.randomBytes(4).toString("hex")}`);
export const dashes = () => pool.query(`SELECT id FROM t_${randomUUID()}`);
export const anything = (name: string) => pool.query(`SELECT id FROM t_${name.slice(0, 8)}`);
export const names = (day: Date) => pool.query(`SELECT id FROM t_${format(day, "MMM")}`);
export const encoded = () => pool.query(`SELECT id FROM t_${crypto.randomBytes(4).toString("base64")}`);

// Values, and numbers that are added up.
export const values = () => pool.query(`SELECT id FROM t WHERE at > '${new Date().toISOString()}' AND n < ${Date.now()}`);
export const added = (n: number) => pool.query(`SELECT id FROM t LIMIT ${new Date().getMonth() + n}`);
