// Lucid: https://lucid.adonisjs.com/docs/raw-query-builder
import db from "@adonisjs/lucid/services/db";
import { BaseModel } from "@adonisjs/lucid/orm";

export default class Cart extends BaseModel {}

export const find = (id: number) => db.rawQuery("SELECT name FROM carts WHERE id = ?", [id]);
export const sent = (id: number) => db.transaction((trx) => trx.rawQuery("DELETE FROM carts WHERE id = :id", { id }));
export const built = () => Cart.query().where("open", true);
