import { BigQuery } from "@google-cloud/bigquery";
import sql from "mssql";

const bigquery = new BigQuery();

export const report = () => bigquery.query({ query: "SELECT name FROM `project.dataset.users` LIMIT 10" });
export const users = async () => (await sql.connect("mssql://")).request().query("SELECT TOP 10 name FROM users");
