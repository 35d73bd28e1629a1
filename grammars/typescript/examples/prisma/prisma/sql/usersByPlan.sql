-- @param {String} $1:plan
SELECT id, name FROM "User" WHERE plan = $1
