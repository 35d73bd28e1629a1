import { usersByPlan } from "@prisma/client/sql";
import { prisma } from "./client";

export const ofPlan = (plan: string) => prisma.$queryRawTyped(usersByPlan(plan));
