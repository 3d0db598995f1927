import { PgBouncer } from '../pgbouncer';
import type { Observed } from '../report';
import { Stage } from '../stage';
import { runOutage } from './outages';

/** Errors of PostgreSQL when a session's objects are used in another session. */
const COMPLAINT = /prepared statement|26000|42P05|advisory lock/;

/** Every transaction may use a different session of PostgreSQL, and PostgreSQL restarts behind PgBouncer. */
export async function poolTransactions(): Promise<Observed> {
  const bouncers: PgBouncer[] = [];
  const stage = await Stage.start(async ({ postgres, toPostgres }) => {
    const bouncer = await PgBouncer.start(postgres.env(toPostgres.port));
    bouncers.push(bouncer);
    // The purge uses an advisory lock.
    return { ...bouncer.env, PURGE_INTERVAL_SECONDS: '1', PURGE_OLDER_THAN_SECONDS: '600' };
  });
  try {
    const observed = await runOutage(stage, {
      fault: '',
      breaks: ({ postgres }) => postgres.restart(),
      fixes: () => {},
      lastsMs: 0,
      signUpsContinue: false,
    });
    const lines = [...stage.api.lines, ...stage.worker.lines].filter((line) => COMPLAINT.test(line));
    return { ...observed, broken: [...observed.broken, ...lines] };
  } finally {
    await stage.stop();
    await Promise.all(bouncers.map((bouncer) => bouncer.stop()));
  }
}
