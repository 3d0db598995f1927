import { DAY_SECONDS, owedFrom, type FakeAccounts } from '@app/activation/testing';
import { Unavailable } from '@app/runtime';
import type { EmailAddress } from '../domain/email-address';
import { UsersError } from '../domain/errors';
import type { NewUser, User, UserRepository, UserWithHash } from '../domain/user-repository';

export class FakeUserRepository implements UserRepository {
  /** Whether every call fails as if the database were away. */
  away = false;

  constructor(readonly accounts: FakeAccounts) {}

  async add(user: NewUser): Promise<User> {
    this.reach();
    if (this.accounts.add(user) === undefined) throw new UsersError('users.email_taken');
    const { passwordHash: _hidden, ...added } = this.find(user.email) as UserWithHash;
    return added;
  }

  async findByEmail(email: EmailAddress): Promise<UserWithHash | null> {
    this.reach();
    return this.find(email);
  }

  async oweNotice(email: EmailAddress, mailId: string): Promise<string | null> {
    this.reach();
    const row = this.accounts.rows.get(email);
    const now = this.accounts.now();
    if (row === undefined || row.activatedAt === null || row.dueAt !== null) return null;
    const last = row.sentAt ?? row.givenUpAt ?? 0;
    if (row.mailId !== null && last >= now - DAY_SECONDS * 1_000) return null;
    Object.assign(row, owedFrom(now, mailId));
    return mailId;
  }

  private find(email: EmailAddress): UserWithHash | null {
    const row = this.accounts.rows.get(email);
    const state = this.accounts.state(email);
    if (row === undefined || state === null) return null;
    return { ...state, email, createdAt: new Date(row.createdAt) };
  }

  private reach(): void {
    if (this.away) throw new Unavailable('database', 'taken away by the test');
  }
}
