import type { ClaimedMail, DuePlace, OwedMail, OwedMailRepository } from '../domain/owed-mail-repository';
import type { FakeAccounts, FakeRow } from './fake-accounts';

export class FakeOwedMailRepository implements OwedMailRepository {
  constructor(private readonly accounts: FakeAccounts) {}

  async claim(id: string, leaseSeconds: number, lifeSeconds: number): Promise<ClaimedMail | null> {
    const now = this.accounts.now();
    const row = this.accounts.byMail(id);
    if (row === undefined || row.dueAt === null || row.dueAt > now) return null;
    row.dueAt = now + leaseSeconds * 1_000;
    row.attempts += 1;
    this.live(row, lifeSeconds);
    return {
      id,
      email: row.email,
      locale: row.locale,
      requestId: row.requestId,
      traceParent: null,
      attempt: row.attempts,
      code: row.activatedAt === null ? { mailId: id, digits: row.codeDigits } : null,
    };
  }

  async markSent(id: string, lifeSeconds: number): Promise<void> {
    const row = this.accounts.byMail(id);
    if (row === undefined) return;
    Object.assign(row, { dueAt: null, sentAt: this.accounts.now(), givenUpAt: null, lastError: null });
    this.live(row, lifeSeconds);
  }

  async postpone(id: string, delaySeconds: number, reason: string): Promise<void> {
    const row = this.inHand(id);
    if (row === undefined) return;
    row.dueAt = this.accounts.now() + delaySeconds * 1_000;
    row.lastError = reason.slice(0, 500);
  }

  async giveUp(id: string, reason: string): Promise<void> {
    const row = this.inHand(id);
    if (row === undefined) return;
    const lastError = reason.slice(0, 500);
    Object.assign(row, { dueAt: null, givenUpAt: this.accounts.now(), lastError, expiresAt: null });
  }

  async due(limit: number, after?: DuePlace): Promise<DuePlace[]> {
    const now = this.accounts.now();
    return this.owed()
      .filter((row) => row.dueAt !== null && row.dueAt <= now)
      .map((row) => ({ id: row.mailId as string, dueAtMicros: String((row.dueAt as number) * 1_000) }))
      .sort(inOrder)
      .filter((place) => after === undefined || inOrder(place, after) > 0)
      .slice(0, limit);
  }

  async list(limit: number): Promise<OwedMail[]> {
    return [...this.accounts.rows.values()]
      .filter((row) => row.dueAt !== null || row.givenUpAt !== null)
      .sort((a, b) => a.owedSince - b.owedSince)
      .slice(0, limit)
      .map((row) => ({
        id: row.mailId as string,
        email: row.email,
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

  async backlog() {
    const owed = this.owed();
    const ageSeconds = (rows: FakeRow[]): number =>
      rows.length === 0 ? 0 : (this.accounts.now() - Math.min(...rows.map((row) => row.owedSince))) / 1_000;
    return {
      owed: owed.length,
      oldestSeconds: ageSeconds(owed),
      unattemptedSeconds: ageSeconds(owed.filter((row) => row.attempts === 0)),
      givenUp: [...this.accounts.rows.values()].filter((row) => row.givenUpAt !== null).length,
    };
  }

  private owed(): FakeRow[] {
    return [...this.accounts.rows.values()].filter((row) => row.dueAt !== null);
  }

  private inHand(id: string): FakeRow | undefined {
    const row = this.accounts.byMail(id);
    return row?.dueAt === null ? undefined : row;
  }

  private live(row: FakeRow, lifeSeconds: number): void {
    row.expiresAt = row.activatedAt === null ? this.accounts.now() + lifeSeconds * 1_000 : null;
  }
}

const inOrder = (a: DuePlace, b: DuePlace): number =>
  Number(a.dueAtMicros) - Number(b.dueAtMicros) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
