-- name: Tables :many
SELECT name FROM sqlite_master WHERE type = ?;
