import { Pool, PoolClient } from "pg";
import { made } from "./made-elsewhere.js";

const basin = new Pool();

basin.connect((error, cod, done) => {
  cod.query(made(1), done);
});

export const later = () => basin.connect().then((eel) => eel.query(made(2)));
export const nested = (deps: { store: { cod: Pool } }) => deps.store.cod.query(made(3));
export const taken = ({ cod }: { cod: Pool }) => cod.query(made(4));
export const either = (cod: Pool | PoolClient) => cod.query({ text: made(5) });
// What a query is answered with is rows.
export const rows = () => basin.query("SELECT id FROM reefs").then((found) => found.query(made(6)));
