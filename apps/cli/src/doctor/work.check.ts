import { inTime, type Environment, type Sql } from '@app/runtime';
import { explainDatabaseError } from '../database-error';
import { PROGRAM_NAME } from '../root-command';
import { counted, duration, numbers } from '../terminal/format';
import type { Check, Findings } from './finding';

/** A worker says that it lives every few seconds: after this many of silence it is dead or cut off. */
const WORKER_SILENCE_MAX_SECONDS = 10;
/** The worker sweeps every second or two: what has been due for longer is not being worked on. */
const OVERDUE_MAX_SECONDS = 30;
/** Mails owed for this long are tried, and fail. */
const OWED_MAX_SECONDS = 600;
/** Dead registrations that nobody has purged for a day, above which it is worth a word. */
const UNPURGED_MAX = 1_000;

interface WorkRow {
  readonly owed: number;
  readonly owed_seconds: number;
  readonly overdue_seconds: number;
  readonly given_up: number;
  readonly unpurged: number;
  readonly workers: number;
  readonly worker_silence: number | null;
  readonly events_waiting: number;
  readonly event_overdue_seconds: number;
  readonly events_given_up: number;
}

/** Whether the work that people wait for gets done: mails, events, purges. */
export class WorkCheck implements Check {
  readonly about = 'Work';

  constructor(
    private readonly environment: Environment,
    private readonly sql: Sql,
  ) {}

  async run(findings: Findings): Promise<void> {
    try {
      const work = await this.ask();
      this.worker(findings, work);
      this.mails(findings, work);
      this.events(findings, work);
      this.purge(findings, work);
    } catch (error) {
      // What is wrong with the database itself is said under its own name.
      if (explainDatabaseError(error, this.environment) === null) throw error;
      findings.warn('work.known', 'could not be checked', 'Fix PostgreSQL first.');
    }
  }

  private async ask(): Promise<WorkRow> {
    const [row] = await inTime(this.sql<[Omit<WorkRow, 'workers' | 'worker_silence'>]>`
      select
        (select count(*)::int from users where mail_due_at is not null) as owed,
        (select coalesce(extract(epoch from now() - min(mail_owed_since)), 0)::float8
         from users where mail_due_at is not null) as owed_seconds,
        (select coalesce(extract(epoch from now() - min(mail_due_at)), 0)::float8
         from users where mail_due_at is not null) as overdue_seconds,
        (select count(*)::int from users where mail_given_up_at is not null) as given_up,
        (select count(*)::int from (
           select 1 from users
           where activated_at is null and mail_due_at is null and created_at < now() - interval '1 day'
             and coalesce(code_expires_at, mail_given_up_at) < now() - interval '1 day'
           limit ${UNPURGED_MAX + 1}) as unpurged) as unpurged,
        (select count(*)::int from events where position is null or due_at is not null) as events_waiting,
        (select coalesce(extract(epoch from now() - min(moment)), 0)::float8 from (
           select min(occurred_at) as moment from events where position is null
           union all
           select min(due_at) from events where due_at is not null) as waiting) as event_overdue_seconds,
        (select count(*)::int from events where given_up_at is not null) as events_given_up`);
    return { ...row, ...(await this.heartbeats()) };
  }

  private async heartbeats(): Promise<Pick<WorkRow, 'workers' | 'worker_silence'>> {
    const [table] = await inTime(this.sql<[{ there: boolean }]>`
      select to_regclass('worker_heartbeats') is not null as there`);
    if (!table.there) return { workers: 0, worker_silence: null };
    const [row] = await inTime(this.sql<[Pick<WorkRow, 'workers' | 'worker_silence'>]>`
      select (count(*) filter (where seen_at > now() - make_interval(secs => ${WORKER_SILENCE_MAX_SECONDS})))::int as workers,
             extract(epoch from now() - max(seen_at))::float8 as worker_silence
      from worker_heartbeats`);
    return row;
  }

  private worker(findings: Findings, { workers, worker_silence: silence, owed }: WorkRow): void {
    const start =
      'Start it: npm run start:mailer-worker. Until then mails and events wait, and nothing is lost.';
    if (workers > 0) {
      findings.ok(
        'work.worker',
        `${counted(workers, 'mailer-worker')} seen in the last ${WORKER_SILENCE_MAX_SECONDS} s`,
      );
    } else if (silence === null && owed === 0) {
      findings.warn('work.worker', 'no mailer-worker has run yet', start);
    } else {
      const since = silence === null ? '' : `; the last one was seen ${duration(silence)} ago`;
      findings.fail('work.worker', `no mailer-worker is running${since}`, start);
    }
  }

  private mails(findings: Findings, work: WorkRow): void {
    const owed = `${counted(work.owed, 'mail')} owed, the oldest for ${duration(work.owed_seconds)}`;
    if (work.overdue_seconds > OVERDUE_MAX_SECONDS) {
      findings.fail(
        'work.mail',
        `${owed}; one has been due for ${duration(work.overdue_seconds)}, and no worker takes it`,
        'Look at the mailer-worker: is it running, does its log complain?',
      );
    } else if (work.owed_seconds > OWED_MAX_SECONDS) {
      findings.fail(
        'work.mail',
        owed,
        `The mail server refuses them: ${PROGRAM_NAME} mail owed has its words.`,
      );
    } else findings.ok('work.mail', work.owed === 0 ? 'no mail is owed' : owed);
    if (work.given_up === 0) findings.ok('work.given_up', 'no mail was given up');
    else {
      findings.warn(
        'work.given_up',
        `${counted(work.given_up, 'mail')} given up`,
        `See why: ${PROGRAM_NAME} mail owed. After the cause is fixed: ${PROGRAM_NAME} mail retry`,
      );
    }
  }

  private events(findings: Findings, work: WorkRow): void {
    const waiting = `${counted(work.events_waiting, 'event')} waiting`;
    if (work.event_overdue_seconds > OVERDUE_MAX_SECONDS) {
      findings.fail(
        'work.events',
        `${waiting}, the oldest overdue for ${duration(work.event_overdue_seconds)}`,
        'Look at the mailer-worker: it puts events in order and delivers them.',
      );
    } else findings.ok('work.events', waiting);
    if (work.events_given_up > 0) {
      findings.warn(
        'work.events_given_up',
        `${counted(work.events_given_up, 'event')} could not be delivered in three days`,
        `Fix the receiver at WEBHOOK_URL, then: ${PROGRAM_NAME} events retry`,
      );
    }
  }

  private purge(findings: Findings, { unpurged }: WorkRow): void {
    if (unpurged <= UNPURGED_MAX) findings.ok('work.purge', 'dead registrations are purged');
    else {
      findings.warn(
        'work.purge',
        `more than ${numbers(UNPURGED_MAX)} registrations died over a day ago and are still there`,
        `Delete them: ${PROGRAM_NAME} codes purge. PURGE_INTERVAL_SECONDS has the mailer-worker do it.`,
      );
    }
  }
}
