import fc from 'fast-check';
import { toUnicode } from 'tr46';
import { EMAIL_LENGTH_MAX, parseEmailAddress } from './email-address';

const refused = { name: 'UsersError', code: 'users.email_invalid' };
const canonicalOrNull = (input: string): string | null => {
  try {
    return parseEmailAddress(input);
  } catch {
    return null;
  }
};

describe('an accepted address', () => {
  it.each([
    ['plain', 'kevin@example.com', 'kevin@example.com'],
    ['mixed case', 'KeVin@EXAMPLE.Com', 'kevin@example.com'],
    ['outer white space', ' \t kevin@example.com\r\n', 'kevin@example.com'],
    ['dots and tags, which are the owner’s business', 'k.e.vin+tag@gmail.com', 'k.e.vin+tag@gmail.com'],
    [
      'every special character of RFC 5322',
      "!#$%&'*+/=?^_`{|}~-@example.com",
      "!#$%&'*+/=?^_`{|}~-@example.com",
    ],
    ['a letter in NFD', 'ke\u0301vin@example.com', 'k\u00e9vin@example.com'],
    ['a letter in NFC', 'k\u00c9vin@example.com', 'k\u00e9vin@example.com'],
    ['outer no-break space', '\u00a0kevin@example.com\u00a0', 'kevin@example.com'],
    ['outer full-width blanks', '\u3000kevin@example.com\u3000\n', 'kevin@example.com'],
    ['outer line breaks of other systems', '\u0085\u000bkevin@example.com\u000c\u0085', 'kevin@example.com'],
    ['outer line separator', '\u2028kevin@example.com\u2029', 'kevin@example.com'],
    ['a Kelvin sign, which is a K', '\u212aevin@example.com', 'kevin@example.com'],
    ['a domain in Unicode', 'kevin@B\u00fccher.example', 'kevin@xn--bcher-kva.example'],
    ['a domain in NFD', 'kevin@bu\u0308cher.example', 'kevin@xn--bcher-kva.example'],
    ['a domain in ASCII form', 'kevin@XN--bcher-kva.example', 'kevin@xn--bcher-kva.example'],
    ['a domain in full-width letters', 'kevin@\uff45xample.com', 'kevin@example.com'],
    ['another script', '用户@例子.广告', '用户@xn--fsqu00a.xn--4rr70v'],
    ['the longest local part', `${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('%s', (_what, input, canonical) => {
    expect(parseEmailAddress(input)).toBe(canonical);
  });

  it('is different for a homoglyph domain', () => {
    const cyrillic = parseEmailAddress('kevin@ex\u0430mple.com');
    expect(cyrillic).toMatch(/^kevin@xn--/);
    expect(cyrillic).not.toBe(parseEmailAddress('kevin@example.com'));
  });
});

describe('an ambiguous address is refused', () => {
  it.each([
    ['nothing', ''],
    ['no at', 'kevin'],
    ['no local part', '@example.com'],
    ['no domain', 'kevin@'],
    ['two ats', 'kevin@evil.example@example.com'],
    ['quoted local part', '"kevin"@example.com'],
    ['quoted, with an address in it', '"a@evil.example x"@internal.example'],
    ['comment before', '(comment)kevin@example.com'],
    ['comment after', 'kevin@example.com(comment)'],
    ['comment between', 'kevin@(comment)example.com'],
    ['name and brackets', 'Kevin <kevin@example.com>'],
    ['brackets', '<kevin@example.com>'],
    ['several, by comma', 'kevin@example.com,eve@evil.example'],
    ['several, by comma and space', 'kevin@example.com, eve@evil.example'],
    ['several, by semicolon', 'kevin@example.com;eve@evil.example'],
    ['several, by line', 'kevin@example.com\neve@evil.example'],
    ['a header behind it', 'kevin@example.com\r\nBcc: eve@evil.example'],
    ['group', 'friends:kevin@example.com;'],
    ['route', '@evil.example:kevin@example.com'],
    ['inner space', 'ke vin@example.com'],
    ['no-break space', 'ke\u00a0vin@example.com'],
    ['outer byte order mark', '\ufeffkevin@example.com'],
    ['NUL', 'kevin\u0000@example.com'],
    ['escape', 'kevin\u001b@example.com'],
    ['delete', 'kevin\u007f@example.com'],
    ['C1 control', 'kevin\u0085@example.com'],
    ['zero-width space', 'ke\u200bvin@example.com'],
    ['zero-width joiner', 'ke\u200dvin@example.com'],
    ['zero-width non-joiner', 'ke\u200cvin@example.com'],
    ['word joiner', 'ke\u2060vin@example.com'],
    ['soft hyphen', 'ke\u00advin@example.com'],
    ['combining grapheme joiner', 'ke\u034fvin@example.com'],
    ['variation selector', 'kevin\ufe0f@example.com'],
    ['variation selector of plane 14', 'kevin\u{e0100}@example.com'],
    ['tag character', 'kevin\u{e0061}@example.com'],
    ['Hangul filler', 'kevin\u115f@example.com'],
    ['half-width Hangul filler', 'kevin\uffa0@example.com'],
    ['Mongolian vowel separator', 'kevin\u180e@example.com'],
    ['zero-width space in the domain', 'kevin@exam\u200bple.com'],
    ['variation selector in the domain', 'kevin@exam\ufe0fple.com'],
    ['right-to-left override', 'kevin\u202e@example.com'],
    ['left-to-right mark', 'kevin\u200e@example.com'],
    ['bidi isolate', 'kevin\u2066@example.com'],
    ['full-width local part', '\uff4bevin@example.com'],
    ['full-width at', 'kevin\uff20example.com'],
    ['full-width full stop', 'kevin@example\uff0ecom'],
    ['ideographic full stop', 'kevin@example\u3002com'],
    ['ligature', '\ufb01ne@example.com'],
    ['Turkish capital I with a dot', '\u0130lker@example.com'],
    ['Turkish capital I with a dot, in NFD', 'I\u0307lker@example.com'],
    ['i with a second dot', 'i\u0307lker@example.com'],
    ['Turkish capital I with a dot in the domain', 'kevin@\u0130stanbul.example'],
    ['dotless i', 'kev\u0131n@example.com'],
    ['sharp s', 'stra\u00dfe@example.com'],
    ['long s', 'ke\u017fin@example.com'],
    ['superscript', 'kevin\u00b2@example.com'],
    ['IPv4 literal', 'kevin@[127.0.0.1]'],
    ['IPv6 literal', 'kevin@[IPv6:::1]'],
    ['IPv4 address', 'kevin@127.0.0.1'],
    ['IPv4 address in hexadecimal', 'kevin@0x7f.0x1'],
    ['IPv4 address as one number', 'kevin@2130706433'],
    ['single label', 'kevin@localhost'],
    ['leading dot', '.kevin@example.com'],
    ['trailing dot', 'kevin.@example.com'],
    ['two dots', 'ke..vin@example.com'],
    ['dot at the end of the domain', 'kevin@example.com.'],
    ['two dots in the domain', 'kevin@example..com'],
    ['leading hyphen in a label', 'kevin@-example.com'],
    ['trailing hyphen in a label', 'kevin@example-.com'],
    ['underscore in the domain', 'kevin@exa_mple.com'],
    ['percent in the domain', 'kevin@exam%70le.com'],
    ['slash in the domain', 'kevin@example.com/evil'],
    ['port', 'kevin@example.com:25'],
    ['a fraction, which holds a look-alike of the slash', 'kevin@\u2150.example'],
    ['a symbol in Punycode', 'kevin@xn--ls8h.la'],
    ['broken punycode', 'kevin@xn--a.com'],
    ['local part of 65 bytes', `${'a'.repeat(65)}@example.com`],
    ['local part of 65 bytes in fewer letters', `${'é'.repeat(32)}a@example.com`],
    ['label of 64 letters', `kevin@${'a'.repeat(64)}.com`],
    ['255 characters', `kevin@${'a.'.repeat(123)}com`],
    ['a flood', `${'a'.repeat(1_000_000)}@example.com`],
    ['lone surrogate', 'kev\ud800in@example.com'],
  ])('%s', (_what, input) => {
    expect(() => parseEmailAddress(input)).toThrow(expect.objectContaining(refused));
  });

  it('accepts 254 characters', () => {
    const longest = `kevin@${'a.'.repeat(122)}info`;
    expect(longest).toHaveLength(EMAIL_LENGTH_MAX);
    expect(parseEmailAddress(longest)).toBe(longest);
  });
});

describe('punctuation that was copied with the address', () => {
  it.each([',', ';', '.', '>', ')', '"', '，', '。', '،', '؛', '…', '»', '”', '）', '।', '-', '/', '|'])(
    'is mentioned in the message: %s',
    (mark) => {
      expect(() => parseEmailAddress(`kevin@example.com${mark} `)).toThrow(
        expect.objectContaining({ ...refused, message: `must not end with "${mark}"` }),
      );
    },
  );
});

describe('properties', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.string(),
    // Occasionally a lone surrogate.
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  );
  const letters = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...Array.from('aBz09.-_+\'"(),:;<>@[\\] \t\r\n\0')),
      fc.constantFrom(
        'é',
        'e\u0301',
        'ß',
        'ı',
        'İ',
        'ſ',
        'Σ',
        'ς',
        'σ',
        'Å',
        'K',
        'ﬁ',
        'ｅ',
        'а',
        '例',
        '\u0345',
      ),
      fc.constantFrom(
        '\u200b',
        '\u200d',
        '\u202e',
        '\ufe0f',
        '\u00ad',
        '\u115f',
        '\u3002',
        '\uff0e',
        '\u0378',
      ),
      fc.integer({ min: 0xa1, max: 0x24ff }).map((point) => String.fromCodePoint(point)),
    ),
    minLength: 1,
    maxLength: 12,
  });
  const candidate = fc.oneof(
    anyText,
    fc.emailAddress(),
    fc.tuple(letters, letters).map(([local, domain]) => `${local}@${domain}.com`),
    fc.tuple(letters, fc.domain()).map(([local, domain]) => `${local}@${domain}`),
    fc.tuple(letters, letters).map(([left, right]) => `kevin@${left}.${right}`),
  );
  const runs = { numRuns: 1_500 };

  it('the canonical form is its own canonical form', () => {
    fc.assert(
      fc.property(candidate, (input) => {
        const canonical = canonicalOrNull(input);
        if (canonical !== null) expect(parseEmailAddress(canonical)).toBe(canonical);
      }),
      runs,
    );
  });

  it('the canonical form is one recipient: one at, nothing that ends, quotes or hides', () => {
    fc.assert(
      fc.property(candidate, (input) => {
        const canonical = canonicalOrNull(input);
        if (canonical === null) return;
        expect(canonical).toMatch(/^[^@\s\p{C}\p{Z}"(),:;<>[\]\\]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/u);
        expect(canonical).not.toMatch(/\p{Default_Ignorable_Code_Point}/u);
        expect(canonical).toBe(canonical.toLowerCase());
        expect(canonical).toBe(canonical.normalize('NFC'));
        expect(Array.from(canonical).length).toBeLessThanOrEqual(EMAIL_LENGTH_MAX);
        expect(Buffer.byteLength(canonical)).toBeLessThanOrEqual(1_024);
      }),
      runs,
    );
  });

  it('letter case and normal form do not create a second address', () => {
    fc.assert(
      fc.property(candidate, (input) => {
        const canonical = canonicalOrNull(input);
        if (canonical === null) return;
        for (const variant of [canonical.toUpperCase(), canonical.normalize('NFD'), ` ${canonical}\n`]) {
          const other = canonicalOrNull(variant);
          // An upper-case letter may not be reversible, and is then refused; it never identifies another person.
          expect([canonical, null]).toContain(other);
        }
        expect(canonicalOrNull(canonical.normalize('NFD'))).toBe(canonical);
      }),
      runs,
    );
  });

  it('the ASCII form of a domain represents the given domain', () => {
    fc.assert(
      fc.property(letters, (label) => {
        const canonical = canonicalOrNull(`kevin@${label}.example`);
        if (canonical === null) return;
        const domain = canonical.slice(canonical.indexOf('@') + 1);
        expect(canonicalOrNull(`kevin@${toUnicode(domain).domain}`)).toBe(canonical);
      }),
      runs,
    );
  });

  it('refuses with a UsersError for any input, and quickly', () => {
    fc.assert(
      fc.property(anyText, (input) => {
        try {
          parseEmailAddress(input);
        } catch (error) {
          expect(error).toMatchObject(refused);
        }
      }),
      runs,
    );
  });
});
