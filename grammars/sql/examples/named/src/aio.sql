-- name: get_user^
SELECT id, at::date, slots[1:2] FROM users WHERE id = :user_id AND kind IN :kinds;

-- name: touch!
UPDATE users SET at = now() WHERE id = :user_id;

-- name: empty
-- nothing yet
