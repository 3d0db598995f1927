import type { Locale, ShippedLocale } from '@app/mail';
import { ERRORS, EXACT, type ErrorName } from './errors';
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

const nameOf = new Map(
  Object.entries(ERRORS).map(([name, { detail }]) => [detail as string, name as ErrorName]),
);
const exactOf = new Map(Object.entries(EXACT).map(([key, text]) => [text, key as keyof typeof EXACT]));

/** Translates the texts for people; the fields that programs read do not change. */
export function translate(problem: Problem, locale: Locale): Problem {
  const phrases = (PHRASES as Partial<Record<Locale, Phrases>>)[locale];
  if (phrases === undefined) return problem;
  const errors = problem.errors?.map((fault) =>
    Object.assign({}, fault, { message: faultIn(phrases, fault) }),
  );
  const detail =
    errors === undefined
      ? (sentenceIn(phrases, problem.detail) ?? phrases.errors[problem.error])
      : errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const hint = problem.hint === undefined ? undefined : (sentenceIn(phrases, problem.hint) ?? problem.hint);
  return Object.assign({}, problem, { detail, message: detail, errors, hint });
}

function sentenceIn(phrases: Phrases, english: string): string | undefined {
  const exact = exactOf.get(english);
  if (exact !== undefined) return phrases.exact[exact];
  const name = nameOf.get(english);
  return name === undefined ? undefined : phrases.errors[name];
}

function faultIn({ faults: phrases, sentences }: Phrases, { code, params, message }: FieldFault): string {
  const said = recognize(message);
  if (said !== undefined) return filled(sentences[said.sentence], said.words);
  const kind = code.slice(code.lastIndexOf('.') + 1);
  const known = phrases as Partial<FaultPhrases> & Readonly<Record<string, string>>;
  const phrase = own(known, code) ?? own(known, kind) ?? phrases.invalid;
  return filled(phrase, params);
}

const filled = (phrase: string, words: Readonly<Record<string, string | number>>): string =>
  phrase.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ''));

/** Looks up own properties only: a client may choose a key such as `constructor`. */
const own = (phrases: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(phrases, key) ? phrases[key] : undefined;
