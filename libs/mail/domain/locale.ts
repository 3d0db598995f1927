/** A language of mails, as a BCP 47 tag. */
export type Locale = string;
/** The built-in languages; the first one is the default. */
export const SHIPPED_LOCALES = ['en', 'fr', 'de', 'es', 'pt', 'ja', 'ar'] as const;
export type ShippedLocale = (typeof SHIPPED_LOCALES)[number];
export const DEFAULT_LOCALE: ShippedLocale = 'en';

/** Maximum number of language ranges read from Accept-Language; a longer list is not a real preference. */
const RANGES_MAX = 20;

/** The tag in its canonical spelling, such as `pt-BR`; undefined if it is not a tag. */
export function canonicalLocale(tag: string): Locale | undefined {
  try {
    return new Intl.Locale(tag).toString();
  } catch {
    return undefined;
  }
}

/**
 * Chooses a language by an Accept-Language header: the requested one, a shorter form of it (`de` for `de-AT`), or one
 * with the same language and script (`zh-Hant` for `zh-TW`). Sources: RFC 9110 section 12.5.4, RFC 4647.
 */
export function matchLocale(acceptLanguage: string | undefined, locales: readonly Locale[]): Locale {
  if (acceptLanguage === undefined) return DEFAULT_LOCALE;
  const known = new Map(locales.map((locale) => [locale.toLowerCase(), locale]));
  for (const preference of preferences(acceptLanguage)) {
    if (preference === '*') break;
    for (let tag = preference; tag !== ''; tag = tag.slice(0, Math.max(tag.lastIndexOf('-'), 0))) {
      const found = known.get(tag.toLowerCase());
      if (found !== undefined) return found;
    }
    const related = locales.find((locale) => languageAndScript(locale) === languageAndScript(preference));
    if (related !== undefined) return related;
  }
  return DEFAULT_LOCALE;
}

/** Chooses the language of a reader among the built-in ones and those of the operator. */
export class ReaderLocale {
  constructor(private readonly locales: readonly Locale[]) {}

  /** By an Accept-Language header. */
  of(acceptLanguage: string | undefined): Locale {
    return matchLocale(acceptLanguage, this.locales);
  }
}

function preferences(header: string): readonly string[] {
  return header
    .split(',', RANGES_MAX)
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { tag: tag === '*' ? tag : canonicalLocale(tag), quality: Number(quality) };
    })
    .filter(
      (preference): preference is { tag: string; quality: number } =>
        preference.tag !== undefined && preference.quality > 0,
    )
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}

function languageAndScript(tag: string): string {
  const { language, script } = new Intl.Locale(tag).maximize();
  return `${language}-${script ?? ''}`;
}

/** Whether the language, one of those that mails are written in, is written from right to left. */
export const directionOf = remembered((locale: Locale): 'ltr' | 'rtl' => {
  const { language, script } = new Intl.Locale(locale).maximize();
  const rightToLeft = ['Arab', 'Hebr', 'Thaa', 'Syrc', 'Nkoo', 'Adlm'].includes(script ?? '');
  return rightToLeft || language === 'he' ? 'rtl' : 'ltr';
});

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/**
 * A lifetime in its own unit and in words of the language, with the same digits as the code: `1 minute`, `24 Stunden`.
 */
export const lifetimeIn = remembered((locale: Locale, seconds: number): string => {
  const [unit, size] = UNITS.find(([, size]) => seconds % size === 0) ?? ['second', 1];
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    numberingSystem: 'latn',
  });
  // A no-break space keeps the number and its unit on one line.
  return format.format(seconds / size).replaceAll(' ', '\u00a0');
});

/** Keeps every answer, because they are few: the languages of the mails, and one lifetime of a code. */
function remembered<Question extends readonly (string | number)[], Answer>(
  answer: (...question: Question) => Answer,
): (...question: Question) => Answer {
  const answers = new Map<string, Answer>();
  return (...question) => {
    const key = question.join(' ');
    const known = answers.get(key) ?? answer(...question);
    answers.set(key, known);
    return known;
  };
}
