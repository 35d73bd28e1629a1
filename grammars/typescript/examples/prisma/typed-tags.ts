import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

type Event = { id: number };

export async function events(partitioned: boolean) {
  const rows: Event[] = partitioned
    ? await prisma.$queryRaw<Event[]>`SELECT id FROM "EventPartitioned"`
    : await prisma.$queryRaw<Event[]>`SELECT id FROM "Event"`;
  const more = rows.length ? rows : await prisma.$queryRaw<Event>`SELECT id FROM "OldEvent"`;
  prisma.$executeRaw`DELETE FROM "Event"`.catch(() => {});
  try {
    await prisma.$executeRaw`UPDATE "Event" SET seen = true`;
  } catch (error) {
    console.error(error);
  }
  return more;
}
