// A model's part of a client under another name.
import { PrismaClient, type Prisma } from "@prisma/client";

const prisma = new PrismaClient();
const runs = prisma.taskRun;
const { taskRun } = prisma;

type Finder = { findMany(arguments_: object): Promise<object[]> };

export const all = () => runs.findMany({});
export const add = (id: string) => runs.create({ data: { id } });
export const number = () => taskRun.count();
export const any = (model: "taskRun") => prisma[model].findMany();
export const given = (users: Prisma.TaskRunDelegate) => users.update({ where: { id: "a" }, data: {} });

async function page(finder: Finder | undefined, take: number) {
  return finder?.findMany({ take });
}
export const pages = async (client: any) => {
  const joined = (client as { taskRun?: Finder }).taskRun;
  await page(client.taskRun, 10);
  return joined ? joined.findMany({}) : [];
};

class Files {
  findMany() {
    return [];
  }
}
export const files = () => new Files().findMany();
export const open = (files: Files, map: Map<string, string>) => {
  map.delete("a");
  return files.findMany();
};
