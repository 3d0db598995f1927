import type {
  ActivationRepository,
  Redeem,
  Redemption,
  Replacement,
  ReplacementOutcome,
} from '../domain/activation-repository';
import type { Batch, DeadRegistrations, PurgeBatch, PurgedBatch } from '../domain/purge';
import { FakeAccounts, owedFrom, type FakeRow } from './fake-accounts';
import { FakeOwedMailRepository } from './fake-owed-mail-repository';
import { DAY_SECONDS, type Stage } from './stage';

export class FakeActivationRepository implements ActivationRepository {
  constructor(private readonly accounts: FakeAccounts) {}

  async redeem({ accountId, mailId, right, maxWrongTries, passwordHash }: Redeem): Promise<Redemption> {
    const now = this.accounts.now();
    const row = this.accounts.byId(accountId);
    if (row === undefined) return { outcome: 'dead' };
    if (row.activatedAt !== null) return { outcome: 'already_activated' };
    const alive = row.mailId === mailId && (row.expiresAt ?? 0) > now && row.wrongTries < maxWrongTries;
    if (!alive) return { outcome: 'dead' };
    if (!right) {
      row.wrongTries += 1;
      this.count(row.email, now);
      return { outcome: 'wrong' };
    }
    row.passwordHash = passwordHash ?? row.passwordHash;
    Object.assign(row, { activatedAt: now, mailId: null, expiresAt: null, dueAt: null });
    return { outcome: 'activated', activatedAt: new Date(now) };
  }

  async replaceCode(replacement: Replacement): Promise<ReplacementOutcome> {
    const { accountId, mailId, digits, locale, requestId, maxResends } = replacement;
    const row = this.accounts.byId(accountId);
    if (row === undefined || row.activatedAt !== null) return 'already_activated';
    if (row.resends >= maxResends) return 'used_up';
    const codeDigits = this.accounts.digitsFor(row.email, digits);
    Object.assign(row, owedFrom(this.accounts.now(), mailId), { codeDigits, locale, requestId });
    row.resends += 1;
    return 'replaced';
  }

  private count(email: string, now: number): void {
    const counter = this.accounts.wrongTries.get(email);
    const fresh = counter !== undefined && counter.since > now - DAY_SECONDS * 1_000;
    this.accounts.wrongTries.set(
      email,
      fresh ? { ...counter, tries: counter.tries + 1 } : { tries: 1, since: now },
    );
  }
}

export class FakeDeadRegistrations implements DeadRegistrations {
  constructor(private readonly accounts: FakeAccounts) {}

  async purge({ olderThanSeconds, limit, after = '0' }: PurgeBatch): Promise<PurgedBatch> {
    const from = Number(after) / 1_000;
    const dead = this.dead(olderThanSeconds).filter(({ createdAt }) => createdAt >= from);
    const batch = dead.slice(0, limit);
    for (const { email } of batch) this.accounts.rows.delete(email);
    return purged(batch.map(({ createdAt }) => createdAt));
  }

  async forgetWrongTries({ limit, after = '0' }: Batch): Promise<PurgedBatch> {
    const dayAgo = this.accounts.now() - DAY_SECONDS * 1_000;
    const old = [...this.accounts.wrongTries]
      .filter(([, { since }]) => since < dayAgo && since >= Number(after) / 1_000)
      .sort(([, a], [, b]) => a.since - b.since)
      .slice(0, limit);
    for (const [email] of old) this.accounts.wrongTries.delete(email);
    return purged(old.map(([, { since }]) => since));
  }

  async count(olderThanSeconds: number): Promise<number> {
    return this.dead(olderThanSeconds).length;
  }

  private dead(olderThanSeconds: number): FakeRow[] {
    const then = this.accounts.now() - olderThanSeconds * 1_000;
    return [...this.accounts.rows.values()]
      .filter((row) => row.activatedAt === null && row.dueAt === null && row.createdAt < then)
      .filter((row) => (row.expiresAt ?? row.givenUpAt ?? Infinity) < then)
      .sort((a, b) => a.createdAt - b.createdAt);
  }
}

/** @param moments milliseconds since 1970, in order */
function purged(moments: readonly number[]): PurgedBatch {
  const newest = moments.at(-1);
  return { deleted: moments.length, place: newest === undefined ? null : String(newest * 1_000) };
}

/** All the fakes around one table in memory. */
export function fakeStage(accounts = new FakeAccounts()): Stage & { readonly accounts: FakeAccounts } {
  return {
    accounts,
    activations: new FakeActivationRepository(accounts),
    owed: new FakeOwedMailRepository(accounts),
    dead: new FakeDeadRegistrations(accounts),
    register: async (account) => {
      if (accounts.add(account) === undefined) throw new Error(`${account.email} is held`);
    },
    account: async (email) => accounts.state(email),
    letPass: async (seconds) => accounts.letPass(seconds),
    now: () => accounts.now(),
  };
}
