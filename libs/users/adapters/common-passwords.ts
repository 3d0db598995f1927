import { dictionary } from '@zxcvbn-ts/language-common';

/** The commonest passwords of public leaks, in lower case, as zxcvbn ships them. */
export function commonPasswords(): ReadonlySet<string> {
  return new Set(dictionary['passwords-common']);
}
