// Parts that are joined, appended and given.
import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";

const db = drizzle("postgres://");

// Without a separator nothing stands between the parts.
export const joined = () => {
  const parts: SQL[] = [sql`select a from users`];
  parts.push(sql` where id = 1`);
  return db.execute(sql.join(parts));
};
// What is appended to is no query of its own.
export const appended = () => {
  const query = sql`select b from users`;
  query.append(sql` where id = ${1}`);
  return db.execute(query);
};
export const chained = () => db.execute(sql.empty().append(sql`select c from users`));
export const column = (of: SQLWrapper) => db.execute(sql`select ${of} from d`);
export const item = (ids: number[]) => db.execute(sql`select e from users where ${ids[0]} = any(${ids})`);

// What is undefined is left out, however it comes to be.
function newerThan(day?: number) {
  return day ? sql`AND opened_at > ${day}` : undefined;
}
export const left = () => db.execute(sql`SELECT id FROM stalls WHERE open ${newerThan()} ${undefined} ORDER BY id`);
export const kept = () => db.execute(sql`UPDATE stalls SET note = ${null} WHERE id = ${1}`);
