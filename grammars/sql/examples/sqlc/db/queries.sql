-- name: GetUser :one
SELECT * FROM users WHERE id = $1 LIMIT 1;

-- name: ListUsers :many
-- Those of one plan.
SELECT sqlc.embed(users), teams.name FROM users JOIN teams ON teams.id = users.team_id
WHERE users.plan = @plan AND users.tags @> @tags::text[] AND teams.owner <> @plan;

/* name: Rename :exec */
UPDATE users SET name = coalesce(sqlc.narg('name'), name) WHERE id = ANY(sqlc.arg(ids)::bigint[]);

-- name: Mail :one
SELECT 'a@b', "odd@name" FROM users WHERE email = '@nobody' AND @ balance > 1;

-- name: Mixed :many
SELECT id FROM users WHERE at > sqlc.arg(since)::timestamp AND id = $1 AND name = @name AND plan = $2;
