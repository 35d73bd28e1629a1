SELECT count(*) FROM carts
