import { Pool } from "pg";
import { rows } from "@mixed/olap";

export const users = (pool: Pool) => pool.query("SELECT id FROM users");
export const total = () => rows("SELECT count() FROM sales");
export const LOOSE = "SELECT id FROM plans WHERE id = 1";
