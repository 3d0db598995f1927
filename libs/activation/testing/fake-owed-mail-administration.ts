import type { OwedMail, OwedMailAdministration } from '../domain/owed-mail-administration';
import type { FakeAccounts, FakeRow } from './fake-accounts';
import { DAY_SECONDS } from './stage';

export class FakeOwedMailAdministration implements OwedMailAdministration {
  constructor(private readonly accounts: FakeAccounts) {}

  async list(limit: number): Promise<OwedMail[]> {
    return [...this.accounts.rows.values()]
      .filter((row) => row.dueAt !== null || row.givenUpAt !== null || row.withheldAt !== null)
      .sort((a, b) => a.owedSince - b.owedSince)
      .slice(0, limit)
      .map((row) => ({
        id: row.mailId as string,
        email: row.email,
        state: row.dueAt !== null ? 'owed' : row.givenUpAt !== null ? 'given_up' : 'withheld',
        owedSince: new Date(row.owedSince),
        dueAt: row.dueAt === null ? null : new Date(row.dueAt),
        attempts: row.attempts,
        lastError: row.lastError,
      }));
  }

  async retryGivenUp(): Promise<number> {
    const now = this.accounts.now();
    const givenUp = [...this.accounts.rows.values()].filter((row) => row.givenUpAt !== null);
    for (const row of givenUp) Object.assign(row, { dueAt: now, givenUpAt: null, attempts: 0 });
    return givenUp.length;
  }

  async retryPostponed(): Promise<number> {
    const now = this.accounts.now();
    const waiting = this.owed().filter((row) => (row.dueAt ?? 0) > now && row.leasedBy === null);
    for (const row of waiting) row.dueAt = now;
    return waiting.length;
  }

  async endUndeliverable(mailId: string, reason: string): Promise<boolean> {
    const row = this.accounts.byMail(mailId);
    if (row === undefined || row.activatedAt !== null) return false;
    if (row.dueAt === null && row.expiresAt === null) return false;
    const lastError = reason.slice(0, 500);
    Object.assign(row, { dueAt: null, givenUpAt: this.accounts.now(), expiresAt: null, lastError });
    return true;
  }

  async backlog() {
    const owed = this.owed();
    const now = this.accounts.now();
    const ageSeconds = (rows: FakeRow[]): number =>
      rows.length === 0 ? 0 : (this.accounts.now() - Math.min(...rows.map((row) => row.owedSince))) / 1_000;
    return {
      owed: owed.length,
      oldestSeconds: ageSeconds(owed),
      unattemptedSeconds: ageSeconds(owed.filter((row) => row.attempts === 0)),
      givenUp: [...this.accounts.rows.values()].filter((row) => row.givenUpAt !== null).length,
      withheld: [...this.accounts.rows.values()].filter(
        (row) => (row.withheldAt ?? 0) > now - DAY_SECONDS * 1_000,
      ).length,
    };
  }

  private owed(): FakeRow[] {
    return [...this.accounts.rows.values()].filter((row) => row.dueAt !== null);
  }
}
