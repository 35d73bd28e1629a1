import { run, type Task } from "graphile-worker";

export const sendMail: Task = async (payload, { withPgClient, query, job }) => {
  await withPgClient((pgClient) => pgClient.query("SELECT email FROM users WHERE id = $1", [payload.id]));
  await query("UPDATE mails SET sent_at = now() WHERE job_id = $1", [job.id]);
};

export const cleanUp: Task = async (_payload, helpers) => {
  const { rows } = await helpers.query<{ id: number }>("SELECT id FROM mails WHERE sent_at IS NULL");
  await helpers.withPgClient(async (client) => {
    for (const row of rows) await client.query("DELETE FROM mails WHERE id = $1", [row.id]);
  });
};

export const main = () => run({ connectionString: "postgres://", taskList: { sendMail, cleanUp } });
