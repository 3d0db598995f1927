import type { Fragment, Sql } from '@app/runtime';

/** Column: the `delivery` of an `EventEntry`. */
export const deliveryColumn = (sql: Sql): Fragment => sql`
  case when position is null then 'unplaced' when due_at is not null then 'waiting'
       when given_up_at is not null then 'given_up' when delivered_at is not null then 'delivered'
       else 'kept' end as delivery`;
