import pgPromise, { IDatabase, ITask } from "pg-promise";
import { made, toRow } from "./made-elsewhere.js";

const pgp = pgPromise();
const zoo = pgp(process.env.ZOO!);

export const first = () => zoo.none(made(1));
export const within = () => zoo.task((lion) => lion.any(made(2)));
export const given = (emu: IDatabase<{}>) => emu.one(made(3));
export const inTask = (emu: ITask<{}>) => emu.oneOrNone(made(4));
export const rows = async () => (await zoo.any("SELECT id FROM cages")).map(toRow);
export const handed = () => zoo.any("SELECT id FROM keepers").then((keepers) => keepers.map(toRow));
