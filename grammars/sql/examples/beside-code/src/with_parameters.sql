DELETE FROM orders WHERE id = $1;
DELETE FROM lines WHERE order_id = :order_id;
