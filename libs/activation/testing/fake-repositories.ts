import type {
  ActivationRepository,
  Redeem,
  Redemption,
  Replacement,
  ReplacementOutcome,
} from '../domain/activation-repository';
import type { CurrentCode } from '../domain/activation-code';
import type { Batch, ExpiredRegistrations, PurgeBatch, PurgedBatch } from '../domain/purge';
import { isSameRequest } from '../domain/request-digest';
import { diedBefore, FakeAccounts, hasExpiredUnused, isAlive, owedFrom, type FakeRow } from './fake-accounts';
import { FakeOwedMailAdministration } from './fake-owed-mail-administration';
import { FakeOwedMailRepository } from './fake-owed-mail-repository';
import { DAY_SECONDS, type Stage } from './stage';

class FakeActivationRepository implements ActivationRepository {
  constructor(private readonly accounts: FakeAccounts) {}

  async redeem({ accountId, mailId, right, maxWrongTries, ...details }: Redeem): Promise<Redemption> {
    const now = this.accounts.now();
    const row = this.accounts.byId(accountId);
    if (row === undefined) return { outcome: 'gone' };
    if (row.activatedAt !== null) {
      return isSameRequest(row.requestDigest, details.requestDigest)
        ? { outcome: 'replayed', activatedAt: new Date(row.activatedAt) }
        : { outcome: 'already_activated' };
    }
    const alive = row.mailId === mailId && isAlive(row, now) && row.wrongTries < maxWrongTries;
    if (!alive) return { outcome: 'dead', code: this.code(row) };
    if (!right) return this.countWrongTry(row, maxWrongTries);
    const { requestDigest } = details;
    Object.assign(row, { activatedAt: now, mailId: null, expiresAt: null, dueAt: null, requestDigest });
    return { outcome: 'activated', activatedAt: new Date(now) };
  }

  async replaceCode(replacement: Replacement): Promise<ReplacementOutcome> {
    const { accountId, code, maxResends, early, requestDigest } = replacement;
    const row = this.accounts.byId(accountId);
    if (row === undefined) return { outcome: 'gone' };
    if (row.activatedAt !== null) return { outcome: 'already_activated' };
    if (isSameRequest(row.requestDigest, requestDigest)) return { outcome: 'replayed', code: this.code(row) };
    if (row.resends >= maxResends) return { outcome: 'used_up' };
    if (early && row.earlyResend !== 'open') return { outcome: 'too_early' };
    const { mailId, codeDigits: digits, codeKeyId: keyId, sentAt } = row;
    row.replacedCode = mailId !== null && sentAt !== null ? { mailId, digits, keyId, sentAt } : null;
    if (row.earlyResend === 'open') row.earlyResend = 'unused';
    if (early) row.earlyResend = 'used';
    Object.assign(row, owedFrom(this.accounts.now(), code.mailId, replacement));
    Object.assign(row, this.accounts.freshCode(row.email, code));
    Object.assign(row, { resends: row.resends + 1, requestDigest });
    this.accounts.countMail(row);
    return { outcome: 'replaced', code: this.code(row) };
  }

  private countWrongTry(row: FakeRow, maxWrongTries: number): Redemption {
    row.wrongTries += 1;
    this.accounts.countWrongTry(row.email);
    const attemptsLeft = maxWrongTries - row.wrongTries;
    if (attemptsLeft > 0) return { outcome: 'wrong', attemptsLeft, code: this.code(row) };
    row.expiresAt = this.accounts.now();
    if (row.earlyResend === 'unused') row.earlyResend = 'open';
    return { outcome: 'dead', code: this.code(row) };
  }

  private code(row: FakeRow): CurrentCode {
    const code = this.accounts.code(row);
    if (code === null) throw new Error('An account that is pending has a code');
    return code;
  }
}

class FakeExpiredRegistrations implements ExpiredRegistrations {
  constructor(private readonly accounts: FakeAccounts) {}

  async purge({ olderThanSeconds, limit, after = '0' }: PurgeBatch): Promise<PurgedBatch> {
    const from = Number(after) / 1_000;
    const dead = this.dead(olderThanSeconds).filter(({ createdAt }) => createdAt >= from);
    const batch = dead.slice(0, limit);
    for (const { email } of batch) this.accounts.rows.delete(email);
    return purged(batch.map(({ createdAt }) => createdAt));
  }

  async forgetAddressDays({ limit, after = '0' }: Batch): Promise<PurgedBatch> {
    const dayAgo = this.accounts.now() - DAY_SECONDS * 1_000;
    const { wrongTries, mails } = this.accounts;
    const last = (name: string): number =>
      Math.max(...(wrongTries.get(name) ?? []), ...(mails.get(name) ?? []).map(({ at }) => at));
    const old = [...new Set([...wrongTries.keys(), ...mails.keys()])]
      .map((name) => ({ name, at: last(name) }))
      .filter(({ at }) => at < dayAgo && at >= Number(after) / 1_000)
      .sort((a, b) => a.at - b.at)
      .slice(0, limit);
    for (const { name } of old) [wrongTries, mails].forEach((counts) => counts.delete(name));
    return purged(old.map(({ at }) => at));
  }

  async count(olderThanSeconds: number): Promise<number> {
    return this.dead(olderThanSeconds).length;
  }

  async expiredUnused(): Promise<number> {
    const now = this.accounts.now();
    return [...this.accounts.rows.values()].filter((row) => hasExpiredUnused(row, now)).length;
  }

  private dead(olderThanSeconds: number): FakeRow[] {
    const then = this.accounts.now() - olderThanSeconds * 1_000;
    return [...this.accounts.rows.values()]
      .filter((row) => diedBefore(row, then))
      .sort((a, b) => a.createdAt - b.createdAt);
  }
}

/** @param moments milliseconds since 1970, in ascending order */
function purged(moments: readonly number[]): PurgedBatch {
  const newest = moments.at(-1);
  return { deleted: moments.length, place: newest === undefined ? null : String(newest * 1_000) };
}

/** All fakes around one table in memory. */
export function fakeStage(accounts = new FakeAccounts()): Stage & { readonly accounts: FakeAccounts } {
  return {
    accounts,
    activations: new FakeActivationRepository(accounts),
    owed: new FakeOwedMailRepository(accounts),
    administration: new FakeOwedMailAdministration(accounts),
    dead: new FakeExpiredRegistrations(accounts),
    register: async (account) => {
      if (accounts.add(account) === undefined) throw new Error(`${account.email} is held`);
    },
    account: async (email) => accounts.state(email),
    advanceTime: async (seconds) => accounts.advanceTime(seconds),
    now: () => accounts.now(),
  };
}
