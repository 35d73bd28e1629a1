import { createClient, type ClickHouseClient } from "@clickhouse/client";

const clickhouse = createClient({ url: "http://localhost:8123" });

export class Events {
  constructor(private readonly client: ClickHouseClient) {}

  async count(since: string) {
    return this.client.query({ query: `SELECT count() FROM events FINAL WHERE at > {since: DateTime}`, query_params: { since } });
  }
}

export const trim = () => clickhouse.command({ query: "OPTIMIZE TABLE events FINAL" });
export const UNUSED = "SELECT uniq(user_id) FROM events";
