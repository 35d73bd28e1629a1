// What a function in the tag returns is a part of the query, or a list of values.
import { DataSource } from "typeorm";

const source = new DataSource({ type: "postgres" });

export const listed = () => source.sql`SELECT a FROM ${() => "users"} WHERE id IN (${() => [1, 2]})`;
