import { dictionary } from '@zxcvbn-ts/language-common';

/** The most common passwords of public leaks, in lower case, as zxcvbn ships them. */
export function commonPasswords(): ReadonlySet<string> {
  return new Set(dictionary['passwords-common']);
}
