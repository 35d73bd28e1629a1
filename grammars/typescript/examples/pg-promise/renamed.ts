import pgPromise, { PreparedStatement as PS, ParameterizedQuery as PQ } from "pg-promise";
const pgp = pgPromise();
const { PreparedStatement: Prepared } = pgPromise;
const db = pgp("postgres://x");
export const main = async () => {
  await db.one(new PS({ name: "one", text: "SELECT 1 FROM j1 WHERE id = $1" }));
  await db.one(new PQ("SELECT 2 FROM j2"));
  await db.one(new Prepared({ name: "three", text: "SELECT 3 FROM j3" }));
};
