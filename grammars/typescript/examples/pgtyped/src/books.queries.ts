/** Types generated for queries found in "src/books.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

const deleteBooksIR: any = {"usedParamSet":{"ids":true},"statement":"DELETE FROM books WHERE id IN :ids"};
export const deleteBooks = new PreparedQuery<unknown, unknown>(deleteBooksIR);
