import { Pool } from "pg";
import postgres from "postgres";

export const pool = new Pool();
export const sql = postgres();
