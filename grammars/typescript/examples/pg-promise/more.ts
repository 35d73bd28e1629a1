import pgPromise, { ParameterizedQuery, PreparedStatement, QueryFile } from "pg-promise";

const db = pgPromise()("postgres://");
const ofPlan = new QueryFile("sql/of-plan.sql");

export async function more(plan: string) {
  await db.any(ofPlan, { plan });
  await db.one(new PreparedStatement({ name: "one", text: "SELECT id FROM users WHERE id = $1", values: [1] }));
  await db.one(new ParameterizedQuery("SELECT name FROM users WHERE id = $1"));
  await db.task((t) => t.oneOrNone("SELECT $1~ FROM users LIMIT $2", ["name", 1]));
  await db.multi("SELECT 1; SELECT 2");
}
