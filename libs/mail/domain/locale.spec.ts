import { lifetimeIn, matchLocale, SHIPPED_LOCALES } from './locale';

describe('matchLocale', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['fr', 'fr'],
    ['FR-ca', 'fr'],
    ['de-AT,de;q=0.9', 'de'],
    ['en;q=0.1, es;q=0.9', 'es'],
    ['nl, pt-BR;q=0.8', 'pt'],
    ['*', 'en'],
    ['nl,*;q=0.5', 'en'],
    ['fr;q=0, ja', 'ja'],
    ['ar-EG', 'ar'],
    ['not a language!, de', 'de'],
    ['i-klingon', 'en'],
    ['x'.repeat(10_000), 'en'],
  ])('chooses the built-in language for %j', (header, locale) => {
    expect(matchLocale(header, SHIPPED_LOCALES)).toBe(locale);
  });

  it('prefers the exact language, then a shorter form, then one with the same script', () => {
    const locales = [...SHIPPED_LOCALES, 'pt-BR', 'zh-Hant', 'sr-Latn'];
    expect(matchLocale('pt-BR', locales)).toBe('pt-BR');
    expect(matchLocale('pt-AO', locales)).toBe('pt');
    expect(matchLocale('zh-TW', locales)).toBe('zh-Hant');
    expect(matchLocale('zh-CN', locales)).toBe('en');
    expect(matchLocale('sr-Cyrl', locales)).toBe('en');
  });
});

describe('lifetimeIn', () => {
  it('uses the digits of the code, and keeps number and unit on one line', () => {
    expect(lifetimeIn('ar', 86_400)).toBe('يوم');
    expect(lifetimeIn('fa', 600)).toMatch(/^10\u00a0/);
  });
});
