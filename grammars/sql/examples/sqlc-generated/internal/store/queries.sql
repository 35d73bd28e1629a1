-- name: GetUser :one
SELECT * FROM users WHERE id = @id;

-- name: Ticked :one
SELECT '`' FROM users WHERE id = @id;
