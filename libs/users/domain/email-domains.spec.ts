import { toUnicode } from 'tr46';
import { emailAddressOrNull } from './email-address';

/** Whether this Node was built with a Unicode version that has the letter; the oldest supported one was not. */
const isLetterHere = (letter: string): boolean => /^\p{L}$/u.test(letter);

/**
 * Null: refused. The ASCII forms are those of UTS #46, non-transitional, whatever Unicode version Node was built
 * with. A letter that Node does not know is refused, in domains as in local parts: no address means another one there.
 */
const DOMAINS: readonly (readonly [what: string, given: string, kept: string | null])[] = [
  ['two labels', 'example.com', 'example.com'],
  ['four labels', 'a.b.c.example', 'a.b.c.example'],
  ['a label of one letter', 'x.example', 'x.example'],
  ['digits in a label', '3com.example', '3com.example'],
  ['a label of digits before the last', '163.com', '163.com'],
  ['upper case', 'EXAMPLE.COM', 'example.com'],
  ['mixed case', 'eXaMpLe.CoM', 'example.com'],
  ['a hyphen inside', 'my-host.example', 'my-host.example'],
  ['two hyphens inside', 'my--host.example', 'my--host.example'],
  ['hyphens at the third and fourth place', 'r3---sn-abc.example', 'r3---sn-abc.example'],
  ['a label of 63 letters', `${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ['a new top-level domain', 'kevin.photography', 'kevin.photography'],
  ['a German umlaut', 'bücher.example', 'xn--bcher-kva.example'],
  ['an umlaut in upper case', 'BÜCHER.example', 'xn--bcher-kva.example'],
  ['an umlaut in NFD', 'bu\u0308cher.example', 'xn--bcher-kva.example'],
  ['its ASCII form', 'xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['its ASCII form in upper case', 'XN--BCHER-KVA.EXAMPLE', 'xn--bcher-kva.example'],
  ['a sharp s, which is kept', 'faß.example', 'xn--fa-hia.example'],
  ['a capital sharp s, which is a sharp s', 'ẞ.example', 'xn--zca.example'],
  ['a final sigma, which is kept', 'βόλος.example', 'xn--nxasmm1c.example'],
  ['a sigma inside', 'σβ.example', 'xn--nxa7a.example'],
  ['Chinese', '例子.广告', 'xn--fsqu00a.xn--4rr70v'],
  ['Japanese', '例え.テスト', 'xn--r8jz45g.xn--zckzah'],
  ['Korean', '실례.테스트', 'xn--9n2bp8q.xn--9t4b11yi5a'],
  ['Korean in NFD', '실례.테스트'.normalize('NFD'), 'xn--9n2bp8q.xn--9t4b11yi5a'],
  ['Cyrillic', 'пример.испытание', 'xn--e1afmkfd.xn--80akhbyknj4f'],
  ['Cyrillic in upper case', 'ПРИМЕР.ИСПЫТАНИЕ', 'xn--e1afmkfd.xn--80akhbyknj4f'],
  ['Greek', 'παράδειγμα.δοκιμή', 'xn--hxajbheg2az3al.xn--jxalpdlp'],
  ['Hebrew', 'דוגמה.טעסט', 'xn--6dbbec0c.xn--deba0ad'],
  ['Arabic', 'مثال.إختبار', 'xn--mgbh0fb.xn--kgbechtv'],
  ['Hindi', 'उदाहरण.परीक्षा', 'xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g'],
  ['Tamil', 'உதாரணம்.பரிட்சை', 'xn--zkc6cc5bi7f6e.xn--hlcj6aya9esc7a'],
  // Node 20.20 knows it as a letter, and has no ASCII form for it; Node 20.19 does not know it.
  ['a letter of the newest Unicode', '\u0cdc.example', isLetterHere('\u0cdc') ? 'xn--ouc.example' : null],
  ['full-width letters', 'ｅｘａｍｐｌｅ.com', 'example.com'],
  ['full-width digits', '１６３.com', '163.com'],
  ['a Roman numeral, which is two letters', 'ⅳ.example', 'iv.example'],
  ['a circled digit, which is a digit', '①.example', '1.example'],
  ['a ligature, which is two letters', 'ﬁ.example', 'fi.example'],
  ['broken Punycode', 'xn--a.com', null],
  ['Punycode of nothing', 'xn--.com', null],
  ['Punycode that ends with a hyphen', 'xn--abc-.com', null],
  ['Punycode of ASCII letters', 'xn--ascii-.com', null],
  ['Punycode of upper case', 'xn--0ca24w.example', null],
  ['Punycode with an overflow', 'xn--99999999999.com', null],
  ['Punycode of a heart', 'xn--qei.example', null],
  ['Punycode of a joiner in no place for one', 'xn--ab-m1t.example', null],
  ['a symbol', '☃.example', null],
  ['a full-width full stop', 'example．com', null],
  ['an ideographic full stop', 'example。com', null],
  ['a half-width ideographic full stop', 'example｡com', null],
  ['a dot at the end', 'example.com.', null],
  ['a dot at the start', '.example.com', null],
  ['two dots', 'example..com', null],
  ['a hyphen at the start of a label', '-a.example', null],
  ['a hyphen at the end of a label', 'a-.example', null],
  ['a hyphen at the end of the last label', 'example.com-', null],
  ['an underscore', 'a_b.example', null],
  ['one label', 'localhost', null],
  ['a label of 64 letters', `${'a'.repeat(64)}.example`, null],
  ['a label of 64 letters in its ASCII form', `ü${'a'.repeat(57)}.example`, null],
  ['254 letters', `${'a.'.repeat(123)}example`, null],
  ['a mark at the start of a label', '\u0301a.example', null],
  ['two directions in a label', 'אבa.example', null],
  ['a digit before a right-to-left letter', '1א.example', null],
  ['an IPv4 address', '127.0.0.1', null],
  ['an IPv4 address in hexadecimal', '0x7f.0x1', null],
  ['a number as the last label', 'example.42', null],
  ['a Turkish capital I with a dot', '\u0130stanbul.example', null],
  ['the same in Punycode', 'xn--istanbul-o0e.example', null],
  ['a zero-width space', 'exam\u200bple.example', null],
  ['an unassigned letter', 'a\u0378.example', null],
];

describe('a domain', () => {
  it.each(DOMAINS)('has one canonical form or is refused: %s', (_what, given, kept) => {
    expect(emailAddressOrNull(`kevin@${given}`)).toBe(kept === null ? null : `kevin@${kept}`);
  });

  it('keeps its form when its stored form is parsed again', () => {
    for (const [, , kept] of DOMAINS) {
      if (kept !== null) expect(emailAddressOrNull(`kevin@${kept}`)).toBe(`kevin@${kept}`);
    }
  });

  it('keeps its form when its displayed form is parsed again', () => {
    for (const [, , kept] of DOMAINS) {
      if (kept === null) continue;
      expect(emailAddressOrNull(`kevin@${toUnicode(kept).domain}`)).toBe(`kevin@${kept}`);
    }
  });

  it('has the same form every time, also after many others', () => {
    for (const n of [...Array(2_500).keys(), ...Array(2_500).keys()]) {
      expect(emailAddressOrNull(`kevin@BÜcher${n}.example`)).toMatch(
        /^kevin@xn--bcher\d+-[a-z0-9]+\.example$/,
      );
    }
    expect(emailAddressOrNull('kevin@-b.example')).toBeNull();
    expect(emailAddressOrNull('kevin@-b.example')).toBeNull();
  });
});
