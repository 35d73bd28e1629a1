import type { report as Report } from "./rows";

export async function put(database: any, id: number, row: Report) {
  const found = await database.report.findOne({ where: { id } });
  await found.update(row);
  await found.setTags([], {});
  const tenant = await found.getTenant();
  found.getName();
  return [await database.report.count({}), tenant];
}
