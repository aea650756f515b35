// One page of operations, told.
import { page, type Page } from '../http/pagination.js';
import type { Told, ToldOperation } from './told-operations.js';

/** @param told One operation more than the page shows, when there is a next page. */
export const toldPage = <R>(
  { operations, nameOf }: Told,
  limit: number,
  present: (operation: ToldOperation, nameOf: Told['nameOf']) => R,
): Page<R> =>
  page(
    operations,
    limit,
    ({ record }) => record.id,
    (operation) => present(operation, nameOf),
  );
