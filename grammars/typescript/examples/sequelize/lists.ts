// Items of lists that functions and methods make of others.
import { chunk, groupBy, sumBy } from "lodash";
import Team from "./team";

export async function lists() {
  const all = await Team.findAll();
  for (const grouped of Object.values(groupBy(all, "plan"))) {
    for (const one of grouped) {
      await one.save();
    }
  }
  for (const [index, second] of all.entries()) {
    await second.update({ index });
  }
  for (const open of all.filter((each) => each.open)) {
    await open.reload();
  }
  for (const found of await Team.findAll({ where: { open: true } })) {
    await found.restore();
  }
  const batches = chunk(all, 10);
  for (const batch of batches) {
    for (const last of batch) {
      await last.save();
    }
  }
}

export function others(pages: { save(): void }[]) {
  const all = [];
  for (const key of Object.keys(groupBy(all, "plan"))) {
    key.save();
  }
  for (const label of all.map((each) => each.label)) {
    label.reload();
  }
  for (const page of sumBy(all, pages)) {
    page.save();
  }
  for (const name of Object.values(groupBy(all, "plan")).map((each) => each.name)) {
    name.save();
  }
}
