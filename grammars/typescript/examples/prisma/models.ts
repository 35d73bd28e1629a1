import type { PrismaClient } from "@prisma/client";

export class Runs {
  constructor(private readonly writer: PrismaClient, private readonly readers: PrismaClient[]) {}
  get(id: string, client?: PrismaClient) {
    return (client ?? this.writer).taskRun.findFirst({ where: { id } });
  }
  add(id: string) {
    return this.writer.taskRun.create({ data: { id } });
  }
  list() {
    return this.readers[0].taskRun.findMany();
  }
  forget(runs: { entries: Map<string, string> }) {
    return runs.entries.delete("a");
  }
}
