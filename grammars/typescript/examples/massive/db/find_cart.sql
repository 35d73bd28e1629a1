SELECT name FROM carts WHERE id = ${id} AND open
