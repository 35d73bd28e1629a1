import { rows, TOP } from "@mixed/olap";

export const top = () => rows(TOP);
export const WIDGET = { query: "SELECT sum(amount) AS total FROM sales" };
