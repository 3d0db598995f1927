import { createRequire } from 'node:module';
import path from 'node:path';
import type { Sql } from '@app/runtime';

/**
 * Preloaded into an api (`node --require`): its statements write no event. The difference is the cost of the events.
 */
const rows = createRequire(__filename)(path.join(__dirname, '../../../libs/events/row/record-event.js')) as {
  recordEvent: (sql: Sql) => unknown;
};
rows.recordEvent = (sql) => sql`select`;
