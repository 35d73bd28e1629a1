SELECT m FROM users WHERE id = ${id}
