import type { Deliveries } from '@app/events';
import { WORKER_LOST_SECONDS, type WorkerHeartbeats } from '@app/owed-work';
import { inTime, type Environment, type Sql } from '@app/runtime';
import { explainDatabaseError } from '../database-error';
import { PROGRAM_NAME } from '../root-command';
import { counted, duration, numbers } from '../terminal/format';
import type { Check, Findings } from './finding';

/** A worker that runs takes what is due within a second or two: after this many seconds none does. */
const OVERDUE_MAX_SECONDS = 30;
/** What has waited for this many seconds is tried, and fails. */
const WAITING_MAX_SECONDS = 600;
/** Expired registrations that no purge has deleted for a day, above which it is worth a word. */
const UNPURGED_MAX = 1_000;

interface WorkRow {
  readonly owed: number;
  readonly owed_seconds: number;
  readonly overdue_seconds: number;
  readonly given_up: number;
  readonly unpurged: number;
  readonly event_overdue_seconds: number;
}

/** Whether the work that people wait for gets done: mails, events, purges. */
export class WorkCheck implements Check {
  readonly about = 'Work';

  constructor(
    private readonly environment: Environment,
    private readonly sql: Sql,
    private readonly heartbeats: WorkerHeartbeats,
    private readonly deliveries: Deliveries,
  ) {}

  async run(findings: Findings): Promise<void> {
    try {
      const work = await this.ask();
      await this.worker(findings);
      this.mails(findings, work);
      await this.events(findings, work);
      this.purge(findings, work);
    } catch (error) {
      // What is wrong with the database itself is said under its own name.
      if (explainDatabaseError(error, this.environment) === null) throw error;
      findings.warn('work.known', 'could not be checked', 'Fix PostgreSQL first.');
    }
  }

  private async ask(): Promise<WorkRow> {
    const [row] = await inTime(this.sql<[WorkRow]>`
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
        (select coalesce(extract(epoch from now() - min(moment)), 0)::float8 from (
           select min(occurred_at) as moment from events where position is null
           union all
           select min(due_at) from events where due_at is not null) as waiting) as event_overdue_seconds`);
    return row;
  }

  private async worker(findings: Findings): Promise<void> {
    const silence = await this.heartbeats.secondsSinceLast();
    if (silence !== null && silence <= WORKER_LOST_SECONDS) {
      findings.ok('work.worker', `a mailer-worker was seen ${duration(silence)} ago`);
      return;
    }
    const since = silence === null ? '' : `; the last one was seen ${duration(silence)} ago`;
    findings.fail(
      'work.worker',
      `no mailer-worker is running${since}`,
      'Start it: npm run start:mailer-worker. Until then mails and events wait, and nothing is lost.',
    );
  }

  private mails(findings: Findings, work: WorkRow): void {
    const owed = `${counted(work.owed, 'mail')} owed, the oldest for ${duration(work.owed_seconds)}`;
    if (work.overdue_seconds > OVERDUE_MAX_SECONDS) {
      findings.fail(
        'work.mail',
        `${owed}; one has been due for ${duration(work.overdue_seconds)}, and no worker takes it`,
        'Look at the mailer-worker: is it running, does its log complain?',
      );
    } else if (work.owed_seconds > WAITING_MAX_SECONDS) {
      findings.fail(
        'work.mail',
        owed,
        `The mail server refuses them: ${PROGRAM_NAME} mail owed has its answers.`,
      );
    } else findings.ok('work.mail', work.owed === 0 ? 'no mail is owed' : owed);
    if (work.given_up === 0) findings.ok('work.given_up', 'no mail was given up');
    else {
      findings.warn(
        'work.given_up',
        `${counted(work.given_up, 'mail')} given up`,
        `${PROGRAM_NAME} mail owed says why; ${PROGRAM_NAME} mail retry sends them again.`,
      );
    }
  }

  private async events(findings: Findings, { event_overdue_seconds: overdue }: WorkRow): Promise<void> {
    const backlog = await this.deliveries.backlog();
    const waiting = `${counted(backlog.waiting, 'event')} waiting`;
    if (backlog.paused) {
      findings.fail(
        'work.webhook',
        `the receiver answered 410 Gone, and nothing is sent to it; ${waiting}`,
        `Fix the receiver at WEBHOOK_URL, then: ${PROGRAM_NAME} events retry`,
      );
    } else if (overdue > OVERDUE_MAX_SECONDS) {
      findings.fail(
        'work.events',
        `${waiting}, the oldest overdue for ${duration(overdue)}`,
        'Look at the mailer-worker: it puts events in order and delivers them.',
      );
    } else if (backlog.oldestSeconds > WAITING_MAX_SECONDS) {
      findings.fail(
        'work.events',
        `${waiting}, the oldest for ${duration(backlog.oldestSeconds)}: their receiver does not take them`,
        'Look at the receiver at WEBHOOK_URL; each event is tried for three days.',
      );
    } else findings.ok('work.events', backlog.waiting === 0 ? 'no event is waiting' : waiting);
    if (backlog.givenUp > 0) {
      findings.warn(
        'work.events_given_up',
        `${counted(backlog.givenUp, 'event')} could not be delivered in three days`,
        `Fix the receiver at WEBHOOK_URL, then: ${PROGRAM_NAME} events retry`,
      );
    }
  }

  private purge(findings: Findings, { unpurged }: WorkRow): void {
    if (unpurged <= UNPURGED_MAX) findings.ok('work.purge', 'expired registrations are purged');
    else {
      findings.warn(
        'work.purge',
        `more than ${numbers(UNPURGED_MAX)} registrations died over a day ago and are still there`,
        `Delete them: ${PROGRAM_NAME} codes purge. PURGE_INTERVAL_SECONDS has the mailer-worker do it.`,
      );
    }
  }
}
