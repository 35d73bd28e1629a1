// Objection: https://vincit.github.io/objection.js/
import { Model } from "objection";

class Cart extends Model {
  static tableName = "carts";
}

export const find = (id: number) => Cart.query().findById(id);
export const items = (cart: Cart) => cart.$relatedQuery("items").where("open", true);
export const count = (id: number) => Cart.knex().raw("SELECT count(*) FROM carts WHERE id = ?", [id]);
