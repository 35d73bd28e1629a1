// Objects of models, and methods of their base class.
import { literal } from "sequelize";
import Team from "./team";

export async function instances(context: { team: Team; close(): void }, id: number) {
  const found = await Team.findByPk(id);
  await found?.save();
  await found!.update({ name: "a" });
  await Team.createIn(context, { name: "b" });
  await context.team.saveIn(context);
  const all = await Team.findAll();
  for (const one of all) {
    await one.destroy();
  }
  await Promise.all(all.map((each) => each.reload()));
  await (await Team.findOne())?.restore();
  found?.label();
}

export const ordered = () => [literal(`(SELECT COUNT(*) FROM seats WHERE seats."teamId" IN (:teamIds))`), "DESC"];

export const others = (page: { reload(): void }, document: { save(): void; update(value: object): void }) => {
  page.reload();
  document.save();
  document.update({});
};
