import type { Outage } from './outages';

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
    fault: 'PostgreSQL connections lost in silence',
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
