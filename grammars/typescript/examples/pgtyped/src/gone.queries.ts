/** Types generated for queries found in "src/gone.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

const findGoneIR: any = {"usedParamSet":{"id":true},"statement":"SELECT name FROM gone WHERE id = :id! AND plan IN :plans"};
export const findGone = new PreparedQuery<unknown, unknown>(findGoneIR);
