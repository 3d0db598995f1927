import type { AccountEntry } from '@app/users';
import type { Column } from '../list-command';

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
  heading: 'HASH',
  name: 'password_hash',
  value: ({ passwordHash }) => passwordHash ?? null,
  hidden: true,
};
