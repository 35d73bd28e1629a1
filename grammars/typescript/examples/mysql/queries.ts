import mysql from "mysql2/promise";

const pool = mysql.createPool("mysql://");

export const find = (id: number) => pool.query("SELECT `name` FROM `users` WHERE `id` = ?", [id]);
export const touch = (id: number) => pool.execute({ sql: "UPDATE users SET seen = NOW() WHERE id = ?", values: [id] });
