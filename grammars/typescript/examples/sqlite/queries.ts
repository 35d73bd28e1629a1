import Database from "better-sqlite3";

const db = new Database("cache.db");

export const get = (key: string) => db.prepare("SELECT value FROM cache WHERE key = ?").get(key);
export const clear = () => db.exec("DELETE FROM cache; VACUUM");
