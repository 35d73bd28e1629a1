import { Prisma, PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export const called = (id: number) => prisma.$queryRaw(Prisma.sql(["SELECT a FROM users WHERE id = ", ""], id));
export const whole = () => prisma.$queryRaw(Prisma.sql(["SELECT b FROM users"]));
