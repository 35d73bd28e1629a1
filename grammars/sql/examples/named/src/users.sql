-- What a loader of the project's own splits.
SELECT 'in no block';

-- BLOCK select_user
SELECT id, name FROM users WHERE id = $user_id AND (plan = $plan OR $plan IS NULL);

-- BLOCK insert_user
WITH team AS (
  INSERT INTO teams (name) VALUES ($team) RETURNING id
)
INSERT INTO users (team_id, name) SELECT id, $name FROM team;
INSERT INTO log (what) VALUES ('user');
