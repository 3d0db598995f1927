import type { Locale, ShippedLocale } from '@app/mail';
import { EXACT } from './errors';
import { recognize } from './field-sentences';
import { ar } from './phrases/ar';
import { de } from './phrases/de';
import { es } from './phrases/es';
import { fr } from './phrases/fr';
import { ja } from './phrases/ja';
import type { FaultPhrases, Phrases } from './phrases/phrases';
import { pt } from './phrases/pt';
import type { FieldFault, Problem } from './problem';

/** English is missing here because the program's own messages are English. */
const PHRASES: Readonly<Record<Exclude<ShippedLocale, 'en'>, Phrases>> = { fr, de, es, pt, ja, ar };

const keyOf = new Map<string, keyof typeof EXACT>(
  Object.entries(EXACT).map(([key, text]) => [text, key as keyof typeof EXACT]),
);

/** Translates the texts for people; the fields that programs read do not change. */
export function translate(problem: Problem, locale: Locale): Problem {
  const phrases = (PHRASES as Partial<Record<Locale, Phrases>>)[locale];
  if (phrases === undefined) return problem;
  const errors = problem.errors?.map((fault) =>
    Object.assign({}, fault, { message: faultIn(phrases, fault) }),
  );
  const detail =
    errors === undefined
      ? (exactIn(phrases, problem.detail) ?? phrases.errors[problem.error])
      : errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const hint = exactIn(phrases, problem.hint);
  return Object.assign({}, problem, { detail, message: detail, errors, hint });
}

function exactIn({ exact }: Phrases, english = ''): string | undefined {
  const key = keyOf.get(english);
  return key === undefined ? undefined : exact[key];
}

function faultIn({ faults: phrases, sentences }: Phrases, { code, params, message }: FieldFault): string {
  const said = recognize(message);
  if (said !== undefined) return filled(sentences[said.sentence], said.words);
  const kind = code.slice(code.lastIndexOf('.') + 1);
  const known = phrases as Partial<FaultPhrases> & Readonly<Record<string, string>>;
  return filled(known[code] ?? known[kind] ?? phrases.invalid, params);
}

const filled = (phrase: string, words: Readonly<Record<string, string | number>>): string =>
  phrase.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ''));
