import { checkQueueTables } from '@app/mail';
import type { Environment } from '@app/runtime';
import { explainDatabaseError } from '../database-error';
import { PROGRAM_NAME } from '../root-command';
import type { Check, Findings } from './finding';

/** Whether the mail queue's own tables are there; it has them in one-node mode only. */
export class QueueTablesCheck implements Check {
  readonly about = 'Mail queue';

  constructor(private readonly environment: Environment) {}

  async run(findings: Findings): Promise<void> {
    try {
      const tables = await checkQueueTables(this.environment);
      if (tables === 'current') findings.ok('queue.tables', 'its tables in PostgreSQL are there');
      else
        findings.fail(
          'queue.tables',
          `its tables in PostgreSQL are ${tables}`,
          `Make them: ${PROGRAM_NAME} db migrate`,
        );
    } catch (error) {
      const fault = explainDatabaseError(error, this.environment);
      findings.fail(
        'queue.tables',
        fault?.wrong ?? (error as Error).message,
        fault?.fix ?? 'Fix PostgreSQL first.',
      );
    }
  }
}
