// Texts that are made elsewhere.
import type { PrismaClient } from "@prisma/client";
import { build, statement } from "elsewhere";

export const made = (service: { client(): PrismaClient }) => service.client().$executeRawUnsafe(build(1));
export const given = (client: any) => client.$queryRaw(statement);
export const plain = (client: any, queries: unknown[]) => client.$queryRawUnsafe(queries[0], 1);
