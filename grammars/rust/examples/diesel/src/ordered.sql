SELECT id, '{{}}' AS nothing FROM users {} LIMIT $1
