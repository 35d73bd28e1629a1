import PgBoss from "pg-boss";

const boss = new PgBoss({ db: { executeSql: (text: string, values: unknown[]) => pool.query(text, values) } });

export async function start() {
  await boss.createQueue("billing", { retryLimit: 0 });
  await boss.work("billing", async ([job]) => {
    await pool.query("UPDATE users SET plan = $1", [job.data]);
  });
  await boss.work("mail", async () => {
    await pool.query("UPDATE users SET mailed = true");
  });
  await boss.send({ name: "reports", data: {}, options: { retryLimit: 0 } });
  await boss.work("reports", async () => {
    await pool.query("UPDATE users SET reported = true");
  });
}
