import { DAY_SECONDS, owedFrom, type FakeAccounts } from '@app/activation/testing';
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

const PRETENDED_MAX = 8;
const LIFE_SECONDS = 60;

export class FakeUserRepository implements UserRepository {
  /** Whether every call fails as if the database were unavailable. */
  away = false;
  /** What `highestCost` says. */
  cost: number | null = null;

  constructor(readonly accounts: FakeAccounts) {}

  async add(user: NewUser, pretend = false): Promise<Addition> {
    this.reach();
    if (this.accounts.add(user) === undefined)
      return { outcome: 'taken', instead: this.instead(user, pretend) };
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
    Object.assign(row, owedFrom(now, { mailId, requestId }));
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

  private instead({ id, email, code, requestDigest }: NewUser, pretend: boolean): PretendedRegistration {
    const row = this.accounts.rows.get(email);
    const now = this.accounts.now();
    const digest = requestDigest?.toString('hex') ?? null;
    const known = row?.pretended.find((one) => one.digest === digest);
    if (pretend && digest !== null && known !== undefined) return known;
    const digits = this.accounts.digitsFor(email, code.digits);
    const fresh = { digest, id, createdAt: new Date(now), digits };
    if (pretend && digest !== null && row !== undefined) {
      const [oldest] = row.pretended;
      const young = oldest !== undefined && oldest.createdAt.getTime() > now - LIFE_SECONDS * 1_000;
      row.pretended = [...(young ? row.pretended.slice(1 - PRETENDED_MAX) : []), fresh];
    }
    return fresh;
  }

  private found(email: EmailAddress): UserWithHash {
    const row = this.accounts.rows.get(email);
    const state = this.accounts.state(email);
    if (row === undefined || state === null) throw new Error(`${email} has no account`);
    return { ...state, email, createdAt: new Date(row.createdAt), pretended: row.pretended };
  }

  private reach(): void {
    if (this.away) throw new Unavailable('database', 'made unavailable by the test');
  }
}
