// Texts that reach no call: functions that PostgreSQL has none of, and tables that only such texts read.
export const failed = "SELECT countIf(status = 'failed') AS failed FROM run_metrics";
export const newest = (queue: string) => `SELECT argMax(depth, at) FROM queue_metrics WHERE queue = '${queue}'`;
export const latest = "SELECT id FROM run_metrics ORDER BY at DESC LIMIT 10";
export const joined = "SELECT r.id, q.depth FROM run_metrics r JOIN queues q ON q.id = r.queue_id";
export const parametric = (model: string) => `SELECT quantilesMerge(0.5)(times)[1] FROM models WHERE name = '${model}'`;
export const accounts = "SELECT count(*) FROM accounts WHERE coalesce(name, '') <> 'count()'";
