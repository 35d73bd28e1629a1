// An object is called like the model whose file something else is imported from.
import { Plan } from "./Member";
import { Unit } from "./Point";

export const beside = async (context: any) => {
  const { member, point } = context.state;
  member.plan = Plan.Free;
  await member.save();
  point.unit = Unit.Meter;
  point.save();
};
