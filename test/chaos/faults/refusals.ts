import { inTime, parseEnvironment } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import type { Observed } from '../report';
import { Stage } from '../stage';
import { runOutage } from './outages';

const ROLE = 'registrar';
const PASSWORD = 'a password of the test';
const RIGHTS = 'select, insert, update, delete on all tables in schema public';

interface Refusal {
  readonly fault: string;
  readonly breaks: string;
  readonly fixes: string;
}

/** PostgreSQL responds but prevents the service from working. */
export const REFUSALS: readonly Refusal[] = [
  {
    fault: 'PostgreSQL refusing the password',
    breaks: `alter role ${ROLE} password 'rotated'`,
    fixes: `alter role ${ROLE} password '${PASSWORD}'`,
  },
  {
    fault: 'PostgreSQL refusing the rights',
    breaks: `revoke ${RIGHTS} from ${ROLE}`,
    fixes: `grant ${RIGHTS} to ${ROLE}`,
  },
  {
    fault: 'PostgreSQL without the schema',
    breaks: 'alter schema public rename to elsewhere; create schema public',
    fixes: 'drop schema public; alter schema elsewhere rename to public',
  },
];

/** The same as an outage, for a service whose role does not own everything. */
export async function refuse({ fault, breaks, fixes }: Refusal): Promise<Observed> {
  const stage = await Stage.start(async ({ postgres }) => {
    await administer(postgres.env(), [
      `create role ${ROLE} login password '${PASSWORD}'`,
      `grant ${RIGHTS} to ${ROLE}`,
      `grant usage, select on all sequences in schema public to ${ROLE}`,
    ]);
    return { DATABASE_USER: ROLE, DATABASE_PASSWORD: PASSWORD };
  });
  const order = (statement: string): Promise<void> =>
    administer(stage.postgres.env(), [
      statement,
      // So that nothing relies on an earlier connection.
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${ROLE}'`,
    ]);
  try {
    return await runOutage(stage, {
      fault,
      breaks: () => order(breaks),
      fixes: () => order(fixes),
      signUpsContinue: false,
    });
  } finally {
    await stage.stop();
  }
}

async function administer(env: NodeJS.ProcessEnv, statements: readonly string[]): Promise<void> {
  const sql = createSql(parseEnvironment(env));
  try {
    for (const statement of statements) await inTime(sql.unsafe(statement));
  } finally {
    await sql.end({ timeout: 1 });
  }
}
