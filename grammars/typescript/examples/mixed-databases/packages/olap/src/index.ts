import { createClient } from "@clickhouse/client";

const client = createClient();

export const rows = (text: string) => client.query({ query: text, format: "JSONEachRow" });
export { TOP } from "./texts";
