import { Pool } from "pg";

interface Executor {
  query(statement: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

class Owner {
  private state?: { executor: Executor };

  executor(): Executor {
    this.state ??= makeState();
    return this.state.executor;
  }
}

declare function makeState(): { executor: Executor };

const owner = new Owner();

export const shared: Executor = {
  async query(statement, values) {
    return owner.executor().query(statement, values);
  },
};

export class Store {
  constructor(private readonly pool: Pool, private readonly schema: string) {}

  find(id: number) {
    return this.pool.query(`SELECT id FROM "${this.schema}".jobs WHERE id = $1 AND state = '${process.env.STATE}'`, [id]);
  }
}

export const orphans = () => shared.query("SELECT id FROM catalogs WHERE deleted_at IS NOT NULL");
export const store = new Store(new Pool(), "queue");

export const run = async (save: (text: string) => Promise<void>, id: number) => {
  const name = `step_${crypto.randomUUID()}`;
  await new Pool().query(`SAVEPOINT "${name}"`);
  await new Pool().query(`SELECT 1 FROM a ${id ? "WHERE a.id = 1" : ""} ${name ? "WHERE a.name = 'x'" : ""}`);
};
