import { Option } from 'nest-commander';
import { ACCOUNT_STATES, type AccountEntry, type AccountState } from '@app/users';
import { moment, oneOf } from '../arguments';
import { ListCommand, type Column, type ListOptions } from '../list-command';

export const ACCOUNT_COLUMNS: readonly Column<AccountEntry>[] = [
  { heading: 'ID', name: 'id', value: ({ id }) => id },
  { heading: 'ADDRESS', name: 'email', value: ({ email }) => email },
  { heading: 'STATE', name: 'state', value: ({ state }) => state },
  { heading: 'REGISTERED (UTC)', name: 'created_at', value: ({ createdAt }) => createdAt.toISOString() },
  {
    heading: 'ACTIVATED (UTC)',
    name: 'activated_at',
    value: ({ activatedAt }) => activatedAt?.toISOString() ?? null,
  },
];

export const HASH_COLUMN: Column<AccountEntry> = {
  name: 'password_hash',
  value: ({ passwordHash }) => passwordHash ?? null,
};

export interface FilterOptions extends ListOptions {
  readonly state?: AccountState;
  readonly since?: Date;
  readonly until?: Date;
}

/** A list of accounts, filtered by state and time of registration. */
export abstract class AccountListCommand extends ListCommand {
  @Option({ flags: '--state <state>', description: `one of ${ACCOUNT_STATES.join(', ')}` })
  parseState(given: string): AccountState {
    return oneOf(given, ACCOUNT_STATES);
  }

  @Option({
    flags: '--since <moment>',
    description: 'registered at or after this time: a day, a time, or an age (7d)',
  })
  parseSince(given: string): Date {
    return moment(given);
  }

  @Option({ flags: '--until <moment>', description: 'registered before this time' })
  parseUntil(given: string): Date {
    return moment(given);
  }
}
