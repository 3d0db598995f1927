import { DAY_SECONDS, owedFrom, type FakeAccounts, type FakeRow } from '@app/activation/testing';
import { Unavailable } from '@app/runtime';
import type { EmailAddress } from '../domain/email-address';
import type {
  Addition,
  NewUser,
  PretendedRegistration,
  User,
  UserRepository,
  UserWithHash,
} from '../domain/user-repository';

const KEPT_MAX = 8;
/** As long as the purge keeps an expired registration. */
const REPEATABLE_SECONDS = 3_600;

const newest = (row?: FakeRow): readonly PretendedRegistration[] => row?.pretended.slice(1 - KEPT_MAX) ?? [];

export class FakeUserRepository implements UserRepository {
  /** Whether every call fails as if the database were unavailable. */
  unavailable = false;
  /** The result of `highestCost`. */
  cost: number | null = null;

  constructor(readonly accounts: FakeAccounts) {}

  async add(user: NewUser, pretend = false): Promise<Addition> {
    this.reach();
    const before = this.accounts.rows.get(user.email);
    const kept = pretend && user.requestDigest !== null;
    const fresh = this.answerTo(user);
    if (this.accounts.add(user) === undefined) {
      const known =
        before === undefined
          ? undefined
          : this.repeatable(before).find(({ digest }) => digest === fresh.digest);
      if (kept && before !== undefined && known === undefined) before.pretended = [...newest(before), fresh];
      if (!pretend) return { outcome: 'taken', instead: null, replayed: false };
      return { outcome: 'taken', instead: known ?? fresh, replayed: known !== undefined };
    }
    const row = this.accounts.rows.get(user.email);
    if (pretend && row !== undefined)
      row.pretended = kept ? [...newest(before), fresh] : (before?.pretended ?? []);
    const {
      passwordHash: _hash,
      requestDigest: _digest,
      pretended: _pretended,
      ...added
    } = this.found(user.email);
    return { outcome: 'added', user: added };
  }

  async findByEmail(email: EmailAddress): Promise<UserWithHash | null> {
    this.reach();
    return this.accounts.rows.has(email) ? this.found(email) : null;
  }

  async oweNotice(email: EmailAddress, mailId: string, requestId: string | null): Promise<string | null> {
    this.reach();
    const row = this.accounts.rows.get(email);
    const now = this.accounts.now();
    if (row === undefined || row.activatedAt === null || row.dueAt !== null) return null;
    const last = Math.max(row.sentAt ?? 0, row.givenUpAt ?? 0, row.withheldAt ?? 0);
    if (row.mailId !== null && last >= now - DAY_SECONDS * 1_000) return null;
    Object.assign(row, owedFrom(now, mailId, { requestId }));
    this.accounts.countMail(row);
    return mailId;
  }

  async erase({ id }: Pick<User, 'id'>): Promise<boolean> {
    this.reach();
    const row = this.accounts.byId(id);
    if (row === undefined) return false;
    const { rows, wrongTries, mails } = this.accounts;
    for (const counts of [rows, wrongTries, mails]) counts.delete(row.email);
    return true;
  }

  async replaceHash(id: string, from: string, to: string): Promise<void> {
    this.reach();
    const row = this.accounts.byId(id);
    if (row?.passwordHash === from) row.passwordHash = to;
  }

  async highestCost(): Promise<number | null> {
    this.reach();
    return this.cost;
  }

  private answerTo({ id, email, code, requestDigest }: NewUser): PretendedRegistration {
    const digits = this.accounts.digitsFor(email, code.digits);
    const createdAt = new Date(this.accounts.now());
    return { digest: requestDigest?.toString('hex') ?? null, id, createdAt, digits };
  }

  private repeatable(row: FakeRow): PretendedRegistration[] {
    const oldest = this.accounts.now() - REPEATABLE_SECONDS * 1_000;
    return row.pretended.filter(
      ({ id, createdAt }) => createdAt.getTime() > oldest && (row.activatedAt === null || id !== row.id),
    );
  }

  private found(email: EmailAddress): UserWithHash {
    const row = this.accounts.rows.get(email);
    const state = this.accounts.state(email);
    if (row === undefined || state === null) throw new Error(`${email} has no account`);
    return { ...state, email, createdAt: new Date(row.createdAt), pretended: this.repeatable(row) };
  }

  private reach(): void {
    if (this.unavailable) throw new Unavailable('database', 'made unavailable by the test');
  }
}
