// Massive: https://massivejs.org/docs/queries, .../functions-and-scripts, .../tasks-and-transactions
const massive = require("massive");

exports.main = async (id, row) => {
  const db = await massive(process.env.DATABASE_URL, { scripts: `${__dirname}/db` });
  await db.query("SELECT name FROM carts WHERE id = $1", [id]);
  await db.query("SELECT name FROM carts WHERE id = ${id}", { id });
  await db.query("SELECT $1:name FROM carts", ["name"]);
  await db.carts.find({ id });
  await db.carts.where("id = $1 AND open", [id]);
  await db.withTransaction(async (tx) => {
    await tx.query("UPDATE carts SET open = false WHERE id = $1", [id]);
    await tx.carts.insert(row);
    await tx.find_cart({ id });
  });
};
