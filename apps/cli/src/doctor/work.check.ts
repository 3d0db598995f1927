import { Inject, Injectable } from '@nestjs/common';
import { Deliveries } from '@app/events';
import { WORKER_LOST_SECONDS, WorkerHeartbeats } from '@app/owed-work';
import { Environment, inTime, Sql } from '@app/runtime';
import { explainDatabaseError } from '../database-error';
import { PROGRAM_NAME } from '../root-command';
import { counted, duration, numbers } from '../terminal/format';
import type { Check, Findings } from './finding';

/** A running worker takes due work within a second or two; after this many seconds there is none. */
const OVERDUE_MAX_SECONDS = 30;
/** Work that has waited for this many seconds is being attempted and fails. */
const WAITING_MAX_SECONDS = 600;
/** More expired registrations than this, not purged for a day, are reported. */
const UNPURGED_MAX = 1_000;

interface WorkRow {
  readonly owed: number;
  readonly owed_seconds: number;
  readonly overdue_seconds: number;
  readonly given_up: number;
  readonly unpurged: number;
  readonly event_unplaced_seconds: number;
  readonly event_overdue_seconds: number;
}

/** Whether mails and events are sent and registrations purged. */
@Injectable()
export class WorkCheck implements Check {
  readonly about = 'Work';

  constructor(
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Sql) private readonly sql: Sql,
    @Inject(WorkerHeartbeats) private readonly heartbeats: WorkerHeartbeats,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
  ) {}

  async run(findings: Findings): Promise<void> {
    try {
      const work = await this.ask();
      const running = await this.worker(findings);
      this.mails(findings, work);
      await this.events(findings, work, running);
      this.purge(findings, work);
    } catch (error) {
      // The PostgreSQL check reports faults of the database itself.
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
        (select coalesce(extract(epoch from now() - min(occurred_at)), 0)::float8
         from events where position is null) as event_unplaced_seconds,
        (select coalesce(extract(epoch from now() - min(due_at)), 0)::float8
         from events where due_at is not null) as event_overdue_seconds`);
    return row;
  }

  /** Resolves to whether one is running. */
  private async worker(findings: Findings): Promise<boolean> {
    const silence = await this.heartbeats.secondsSinceLast();
    if (silence !== null && silence <= WORKER_LOST_SECONDS) {
      findings.ok('work.worker', `a mailer-worker was active ${duration(silence)} ago`);
      return true;
    }
    const since = silence === null ? '' : `; the last one was active ${duration(silence)} ago`;
    findings.fail(
      'work.worker',
      `no mailer-worker is running${since}`,
      'Start it: npm run start:mailer-worker. Mails and events wait until then; nothing is lost.',
    );
    return false;
  }

  private mails(findings: Findings, work: WorkRow): void {
    const owed = `${counted(work.owed, 'mail')} owed, the oldest for ${duration(work.owed_seconds)}`;
    if (work.overdue_seconds > OVERDUE_MAX_SECONDS) {
      findings.fail(
        'work.mail',
        `${owed}; one has been due for ${duration(work.overdue_seconds)}, and no worker sends it`,
        'Check that the mailer-worker is running, and check its log.',
      );
    } else if (work.owed_seconds > WAITING_MAX_SECONDS) {
      findings.fail(
        'work.mail',
        owed,
        `The mail server does not accept them; ${PROGRAM_NAME} mail owed shows its replies.`,
      );
    } else findings.ok('work.mail', work.owed === 0 ? 'no mail is owed' : owed);
    if (work.given_up === 0) findings.ok('work.given_up', 'no mail was given up');
    else {
      findings.warn(
        'work.given_up',
        `${counted(work.given_up, 'mail')} given up`,
        `${PROGRAM_NAME} mail owed shows why; ${PROGRAM_NAME} mail retry sends them again.`,
      );
    }
  }

  private async events(findings: Findings, work: WorkRow, workerIsRunning: boolean): Promise<void> {
    const backlog = await this.deliveries.backlog();
    const waiting = `${counted(backlog.waiting, 'event')} waiting`;
    const failing = workerIsRunning ? (backlog.outageSeconds ?? 0) : 0;
    const overdue = Math.max(work.event_unplaced_seconds, failing > 0 ? 0 : work.event_overdue_seconds);
    if (backlog.paused) {
      findings.fail(
        'work.webhook',
        `the receiver responded with 410 Gone, so webhooks are paused; ${waiting}`,
        `Fix the receiver at WEBHOOK_URL, then: ${PROGRAM_NAME} events retry`,
      );
    } else if (overdue > OVERDUE_MAX_SECONDS) {
      findings.fail(
        'work.events',
        `${waiting}, the oldest overdue for ${duration(overdue)}`,
        'Check the mailer-worker: it orders and delivers events.',
      );
    } else if (failing > OVERDUE_MAX_SECONDS || backlog.oldestSeconds > WAITING_MAX_SECONDS) {
      const since = failing > 0 ? `; the receiver has accepted none for ${duration(failing)}` : '';
      findings.fail(
        'work.events',
        `${waiting}, the oldest for ${duration(backlog.oldestSeconds)}${since}`,
        `Check the receiver at WEBHOOK_URL; ${PROGRAM_NAME} events list shows its responses. Each event is retried for three days.`,
      );
    } else findings.ok('work.events', backlog.waiting === 0 ? 'no event is waiting' : waiting);
    if (backlog.givenUp > 0) {
      findings.warn(
        'work.events_given_up',
        `${counted(backlog.givenUp, 'event')} could not be delivered within three days`,
        `Fix the receiver at WEBHOOK_URL, then: ${PROGRAM_NAME} events retry`,
      );
    }
  }

  private purge(findings: Findings, { unpurged }: WorkRow): void {
    if (unpurged <= UNPURGED_MAX) findings.ok('work.purge', 'expired registrations are being purged');
    else {
      findings.warn(
        'work.purge',
        `more than ${numbers(UNPURGED_MAX)} registrations expired over a day ago and have not been purged`,
        `Delete them with ${PROGRAM_NAME} codes purge, or set PURGE_INTERVAL_SECONDS so that the mailer-worker does.`,
      );
    }
  }
}
