import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from '../stage';
import type { Outage } from './outages';

/** Often enough to hit each kind of statement in progress, including transactions. */
const ENDINGS = 30;
const ENDING_EVERY_MS = 100;

/** As an operator does with pg_terminate_backend, or a restarting pooler. */
async function endConnections({ sql }: Stage): Promise<void> {
  for (let ending = 0; ending < ENDINGS; ending += 1) {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'user-registration' and pid <> pg_backend_pid()`;
    await pause(ENDING_EVERY_MS);
  }
}

export const POSTGRES_OUTAGES: readonly Outage[] = [
  {
    fault: 'PostgreSQL killed',
    breaks: ({ postgres }) => postgres.kill(),
    fixes: ({ postgres }) => postgres.restart(),
    signUpsContinue: false,
  },
  {
    fault: 'PostgreSQL frozen',
    breaks: ({ postgres }) => postgres.freeze(),
    fixes: ({ postgres }) => postgres.thaw(),
    signUpsContinue: false,
  },
  {
    fault: 'PostgreSQL restarted',
    breaks: ({ postgres }) => postgres.restart(),
    fixes: () => {},
    lastsMs: 0,
    signUpsContinue: false,
  },
  {
    fault: 'PostgreSQL behind a black hole',
    breaks: ({ toPostgres }) => toPostgres.freeze(),
    fixes: ({ toPostgres }) => toPostgres.thaw(),
    signUpsContinue: false,
  },
  {
    fault: 'PostgreSQL connections cut',
    breaks: ({ toPostgres }) => toPostgres.cut(),
    fixes: () => {},
    lastsMs: 0,
    signUpsContinue: false,
  },
  {
    fault: 'PostgreSQL ending every connection again and again',
    breaks: endConnections,
    fixes: () => {},
    lastsMs: 0,
    signUpsContinue: false,
  },
  {
    fault: 'PostgreSQL connections lost silently',
    breaks: ({ toPostgres }) => toPostgres.freeze(),
    fixes: ({ toPostgres }) => toPostgres.abandon(),
    signUpsContinue: false,
  },
  {
    fault: 'PostgreSQL 200 to 900 ms away',
    breaks: ({ toPostgres }) => toPostgres.delay(200, 900),
    fixes: ({ toPostgres }) => toPostgres.delay(0, 0),
    signUpsContinue: false,
  },
];
