//! Values that schemas of zod have checked.

use super::check;

/// What `parse` gives is of what the schema says; texts of any kind stay unknown.
#[test]
fn what_is_parsed() {
    let schema = "import { z } from 'zod';
         export const ways = ['asc', 'desc'] as const;
         export enum Kind { Open = 'open', Paid = 'paid' }
         export const page = z.object({ limit: z.coerce.number().int().max(100).default(20), way: z.enum(ways).optional() });
         export const query = page.extend({ by: z.enum(['name', 'age']).default('name'), kind: z.nativeEnum(Kind), q: z.string().optional() });
         export type Query = z.infer<typeof query>;";
    let code = "import { Pool } from 'pg';
         import { z } from 'zod';
         import { query, type Query } from './schema';
         const pool = new Pool();
         export const a = (given: unknown) => {
           const { by, kind } = query.parse(given);
           return pool.query(`select 1 from carts where kind = '${kind}' order by ${by}`);
         };
         export const b = async (given: unknown) => {
           const checked = query.safeParse(given);
           if (!checked.success) throw checked.error;
           return pool.query(`select 2 from carts order by id ${checked.data.way ?? 'asc'} limit ${checked.data.limit}`);
         };
         export const c = (given: Query) => pool.query(`select 3 from carts order by ${given.by}`);
         export const d = (given: unknown) => pool.query(`select 4 from carts order by ${query.parse(given).q}`);
         export const e = (given: unknown) => pool.query(`select 5 from ${z.enum(['carts', 'items']).parse(given)}`);
         export const f = (given: z.infer<typeof query>) => pool.query('select 6 from carts where q = $1 order by ' + given.by, [given.q]);
         export const g = (given: unknown) => pool.query(`select 7 from ${z.string().transform((x) => x).parse(given)}`);";
    check(
        &[("a.ts", code), ("schema.ts", schema)],
        "a.ts:7 pg.query
           + select 1 from carts where kind = 'open' order by name
           + select 1 from carts where kind = 'open' order by age
           + select 1 from carts where kind = 'paid' order by name
           + select 1 from carts where kind = 'paid' order by age
         a.ts:12 pg.query
           ~ select 2 from carts order by id asc limit 1
           ~ select 2 from carts order by id desc limit 1
         a.ts:14 pg.query
           + select 3 from carts order by name
           + select 3 from carts order by age
         a.ts:15 pg.query
           ~ select 4 from carts order by <?>
           ? value of package `zod` (a.ts:15)
         a.ts:16 pg.query
           + select 5 from carts
           + select 5 from items
         a.ts:17 pg.query
           + select 6 from carts where q = $1 order by name
           + select 6 from carts where q = $1 order by age
         a.ts:18 pg.query
           ~ select 7 from <?>
           ? value of package `zod` (a.ts:18)",
    );
}

/// A schema that is put together otherwise, a value that is written again, and fields that may or may not be there.
#[test]
fn what_a_schema_does_not_say() {
    let code = "import { Pool } from 'pg';
         import { z } from 'zod';
         import { base } from './base';
         const pool = new Pool();
         const more = z.object({ ...base.shape, by: z.enum(['name', 'age']) });
         const set = z.object({ name: z.string().optional(), age: z.number().optional() });
         let by = z.enum(['name', 'age']).parse(process.env.BY);
         export const change = (to: 'name') => { by = (process.env.OTHER ?? to) as 'name'; };
         export const a = () => pool.query(`select 1 from carts order by ${by}`);
         export const b = (given: unknown) => pool.query(`select 2 from carts order by ${more.parse(given).by}`);
         export const c = (given: unknown) => {
           const values = set.parse(given);
           return pool.query(`update carts set ${Object.keys(values).map((key, at) => `${key} = $${at + 1}`).join(', ')}`, Object.values(values));
         };
         export const d = (given: unknown) => pool.query(`select 3 from carts order by ${z.record(z.enum(['a', 'b'])).parse(given).x}`);
         export const e = (z: { enum(x: string[]): { parse(x: unknown): string } }) => pool.query(`select 4 from ${z.enum(['carts']).parse(1)}`);";
    let (extraction, sources) = super::run(
        &[("a.ts", code), ("base.ts", "import { z } from 'zod'; export const base = z.object({ id: z.number() });")],
        &crate::Options::default(),
    );
    let found = super::ledger(&extraction, &sources);
    assert_eq!(found.matches("? ").count(), 5, "{found}");
    assert_eq!(found.matches("<?>").count(), 5, "{found}");
}

/// A type that is called like its schema, and what one function is given by another.
#[test]
fn types_that_are_called_like_their_schemas() {
    let code = "import { Pool, type PoolClient } from 'pg';
         import { z } from 'zod';
         const pool = new Pool();
         const By = z.enum(['name', 'age']);
         const Input = z.object({ by: By.default('name'), way: z.union([z.literal('asc'), z.literal('desc')]).optional() });
         type Input = z.infer<typeof Input>;
         const list = (input: Input, db: PoolClient) => db.query(`select 1 from carts order by ${input.by}`);
         const sorted = ({ way = 'asc' }: Input) => pool.query(`select 2 from carts order by id ${way}`);
         export const a = (raw: unknown, db: PoolClient) => list(Input.parse(raw), db);
         export const b = (raw: unknown) => sorted(Input.parse(raw));";
    check(
        &[("a.ts", code)],
        "a.ts:7 pg.query
           + select 1 from carts order by name
           + select 1 from carts order by age
         a.ts:8 pg.query
           + select 2 from carts order by id asc
           + select 2 from carts order by id desc",
    );
}
