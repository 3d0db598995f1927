import fc from 'fast-check';
import { dictionary } from '@zxcvbn-ts/language-common';
import { checkPassword, isHashable, PASSWORD_BYTES_MAX, type PasswordRules } from './password';

const rules: PasswordRules = { minLength: 8, blocklist: new Set(dictionary['passwords-common']) };

/** Why a password is refused; undefined if it is not. */
function faultOf(password: string, given: PasswordRules): string | undefined {
  try {
    checkPassword(password, given);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a chosen password', () => {
  it.each([
    ['the example of the documents', 'SecurePass123'],
    ['a colon', 'with:colon:s'],
    ['accents', 'pässwörd-ß'],
    ['eight signs of four bytes', '🔑🔒🔓🗝️🔐🛡️x'],
    ['white space', '  spaces inside  '],
    ['72 bytes', 'x'.repeat(71) + 'y'],
    ['72 bytes in 36 letters', 'éè'.repeat(18)],
    ['a control character that is no NUL', 'tab\tinside!'],
  ])('may have %s', (_what, password) => {
    expect(faultOf(password, rules)).toBeUndefined();
  });

  it.each([
    ['seven characters', 'Xy4!zq7', /at least 8/],
    ['seven code points in fourteen units', '🔑'.repeat(7), /at least 8/],
    ['nothing', '', /at least 8/],
    ['73 bytes', 'x'.repeat(72) + 'y', /at most 72 bytes/],
    ['73 bytes in 37 letters', `${'é'.repeat(36)}x`, /at most 72 bytes/],
    ['a megabyte', 'x'.repeat(1_000_000), /at most 72 bytes/],
    ['a NUL', 'SecurePass\x00123', /NUL/],
    ['a lone high surrogate', 'SecurePass\ud800', /well-formed/],
    ['a lone low surrogate', '\udc00SecurePass', /well-formed/],
    ['a common one', 'password1', /most common/],
    ['a common one in capitals', 'PassWord1', /most common/],
    ['digits in a row', '12345678', /most common/],
  ])('may not have %s', (_what, password, reason) => {
    expect(faultOf(password, rules)).toMatch(reason);
    expect(() => checkPassword(password, rules)).toThrow(
      expect.objectContaining({ name: 'UsersError', code: 'users.password_unfit' }),
    );
  });

  it('never appears in a message', () => {
    expect(faultOf('password1', rules)).not.toContain('password1');
  });

  it('is not checked against a blocklist if there is none', () => {
    expect(faultOf('password1', { minLength: 8, blocklist: new Set() })).toBeUndefined();
  });
});

describe('properties', () => {
  const anyText = fc.oneof(
    fc.string({ maxLength: 90 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  );

  it('is accepted if and only if it is long enough, hashable by bcrypt and not common', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 20 }), (password, minLength) => {
        const fit = faultOf(password, { ...rules, minLength }) === undefined;
        const composed = password.normalize('NFC');
        const bytes = new TextEncoder().encode(composed);
        const expected =
          Array.from(composed).length >= minLength &&
          bytes.length <= PASSWORD_BYTES_MAX &&
          !bytes.includes(0) &&
          new TextDecoder().decode(bytes) === composed &&
          !rules.blocklist.has(composed.toLowerCase());
        // The decoder drops a leading byte order mark, which a password may have.
        if (!composed.startsWith('\ufeff')) expect(fit).toBe(expected);
      }),
      { numRuns: 1_500 },
    );
  });

  it('is never accepted if bcrypt would truncate or confuse it', () => {
    fc.assert(
      fc.property(anyText, (password) => {
        if (faultOf(password, rules) === undefined) expect(isHashable(password)).toBe(true);
      }),
    );
  });
});
