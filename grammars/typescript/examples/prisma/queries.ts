import { Prisma, PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export async function queries(email: string, active?: boolean) {
  await prisma.$queryRaw`SELECT id FROM "User" WHERE email = ${email}`;
  await prisma.$queryRaw<{ id: number }[]>`SELECT id FROM "User" ${active ? Prisma.sql`WHERE active = ${active}` : Prisma.empty}`;
  await prisma.$executeRawUnsafe("DELETE FROM \"Session\" WHERE id = $1", 1);
  await prisma.$queryRaw(Prisma.sql`SELECT ${Prisma.raw("id")} FROM "User" WHERE id IN (${Prisma.join([1, 2])})`);
  await prisma.user.findMany({ where: { email } });
  await prisma.$transaction(async (tx) => {
    await tx.user.update({ where: { email }, data: {} });
    await tx.$executeRaw`UPDATE "User" SET seen = now()`;
  });
}
