import {
  POSTPONED_SECONDS_MAX,
  type AttemptCounts,
  type ClaimedMail,
  type GiveUpReason,
  type MailLease,
  type OwedMailRepository,
} from '../domain/owed-mail-repository';
import type { FakeAccounts, FakeRow } from './fake-accounts';
import { MAX_WRONG_TRIES } from './stage';

export class FakeOwedMailRepository implements OwedMailRepository {
  constructor(private readonly accounts: FakeAccounts) {}

  async claimDue(limit: number, { workerId, leaseSeconds, lifeSeconds }: MailLease): Promise<ClaimedMail[]> {
    const now = this.accounts.now();
    const due = this.owed().filter((row) => (row.dueAt as number) <= now);
    due.sort((a, b) => (a.dueAt as number) - (b.dueAt as number));
    return due.slice(0, limit).flatMap((row) => {
      if (this.accounts.exceedsMailbox(row)) {
        const lastError = 'the mailbox has had its mails of the day';
        Object.assign(row, { dueAt: null, withheldAt: now, leasedBy: null, expiresAt: null, lastError });
        return [];
      }
      const unknownOutcomes = row.attempts === 0 ? 0 : row.unknownOutcomes;
      const attempts = row.attempts + 1;
      Object.assign(row, {
        dueAt: now + leaseSeconds * 1_000,
        leasedBy: workerId,
        attempts,
        unknownOutcomes,
      });
      this.live(row, lifeSeconds);
      return [toMail(row)];
    });
  }

  async release(workerId: string, except: readonly string[] = []): Promise<void> {
    const now = this.accounts.now();
    for (const row of this.owed()) {
      if (row.leasedBy !== workerId || except.includes(row.mailId as string)) continue;
      Object.assign(row, { dueAt: now, leasedBy: null });
    }
  }

  async bringForward(): Promise<number> {
    const now = this.accounts.now();
    const early = this.owed().filter((row) => {
      const aheadMs = (row.dueAt as number) - now;
      const untouched = row.attempts === 0 && row.lastError === null;
      return row.leasedBy === null && aheadMs > (untouched ? 0 : POSTPONED_SECONDS_MAX * 1_000);
    });
    for (const row of early) row.dueAt = now;
    return early.length;
  }

  async markSent(ids: readonly string[], lifeSeconds: number): Promise<void> {
    for (const id of ids) {
      const row = this.accounts.byMail(id);
      if (row === undefined) continue;
      const sentAt = this.accounts.now();
      Object.assign(row, { dueAt: null, sentAt, givenUpAt: null, lastError: null, leasedBy: null });
      this.live(row, lifeSeconds);
    }
  }

  async postpone(id: string, delaySeconds: number, reason: string, counts: AttemptCounts = 'attempt') {
    const row = this.owedRow(id);
    if (row === undefined) return;
    row.dueAt = this.accounts.now() + delaySeconds * 1_000;
    row.leasedBy = null;
    if (counts !== 'unknown') row.expiresAt = null;
    row.lastError = reason.slice(0, 500);
    if (counts === 'nothing') row.attempts = Math.max(0, row.attempts - 1);
    if (counts === 'unknown') row.unknownOutcomes += 1;
  }

  async giveUp(id: string, reason: string, why: GiveUpReason): Promise<void> {
    const row = this.owedRow(id);
    if (row === undefined) return;
    const lastError = reason.slice(0, 500);
    const expiresAt = why === 'outcome_unknown' ? row.expiresAt : null;
    Object.assign(row, { dueAt: null, givenUpAt: this.accounts.now(), lastError, expiresAt, leasedBy: null });
  }

  private owed(): FakeRow[] {
    return [...this.accounts.rows.values()].filter((row) => row.dueAt !== null);
  }

  private owedRow(id: string): FakeRow | undefined {
    const row = this.accounts.byMail(id);
    return row?.dueAt === null ? undefined : row;
  }

  private live(row: FakeRow, lifeSeconds: number): void {
    const now = this.accounts.now();
    const usedUp = row.wrongTries >= MAX_WRONG_TRIES;
    const expiresAt = usedUp ? Math.min(row.expiresAt ?? now, now) : now + lifeSeconds * 1_000;
    row.expiresAt = row.activatedAt === null ? expiresAt : null;
  }
}

const toMail = (row: FakeRow): ClaimedMail => ({
  id: row.mailId as string,
  email: row.email,
  locale: row.locale,
  requestId: row.requestId,
  traceParent: null,
  attempt: row.attempts,
  unknownOutcomes: row.unknownOutcomes,
  code:
    row.activatedAt === null
      ? { mailId: row.mailId as string, digits: row.codeDigits, keyId: row.codeKeyId }
      : null,
});
