import {
  kevin as kevinsAccount,
  marie as mariesAccount,
  stranger as strangersAccount,
} from '@app/activation/testing';
import type { NewAccount } from '@app/activation/testing';
import { parseEmailAddress } from '../domain/email-address';
import type { NewUser } from '../domain/user-repository';

const asUser =
  (account: (details?: Partial<NewAccount>) => NewAccount) =>
  (details: Partial<NewAccount> = {}): NewUser => {
    const made = account(details);
    return { ...made, email: parseEmailAddress(made.email) };
  };

export const kevin = asUser(kevinsAccount);
export const marie = asUser(mariesAccount);
/** Someone who enters Kevin's address as their own. */
export const stranger = asUser(strangersAccount);
