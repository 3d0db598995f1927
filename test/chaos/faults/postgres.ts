import type { Outage } from './outages';

export const POSTGRES_OUTAGES: readonly Outage[] = [
  {
    fault: 'PostgreSQL killed',
    breaks: ({ postgres }) => postgres.kill(),
    fixes: ({ postgres }) => postgres.restart(),
    signUpsGoOn: false,
  },
  {
    fault: 'PostgreSQL frozen',
    breaks: ({ postgres }) => postgres.freeze(),
    fixes: ({ postgres }) => postgres.thaw(),
    signUpsGoOn: false,
  },
  {
    fault: 'PostgreSQL restarted',
    breaks: ({ postgres }) => postgres.restart(),
    fixes: () => {},
    lastsMs: 0,
    signUpsGoOn: false,
  },
  {
    fault: 'PostgreSQL behind a black hole',
    breaks: ({ toPostgres }) => toPostgres.freeze(),
    fixes: ({ toPostgres }) => toPostgres.thaw(),
    signUpsGoOn: false,
  },
  {
    fault: 'PostgreSQL connections cut',
    breaks: ({ toPostgres }) => toPostgres.cut(),
    fixes: () => {},
    lastsMs: 0,
    signUpsGoOn: false,
  },
  {
    fault: 'PostgreSQL connections lost in silence',
    breaks: ({ toPostgres }) => toPostgres.freeze(),
    fixes: ({ toPostgres }) => toPostgres.abandon(),
    signUpsGoOn: false,
  },
  {
    fault: 'PostgreSQL 200 to 900 ms away',
    breaks: ({ toPostgres }) => toPostgres.delay(200, 900),
    fixes: ({ toPostgres }) => toPostgres.delay(0, 0),
    signUpsGoOn: false,
  },
];
