/**
 * English messages about fields that are more precise than their code; words in braces are placeholders. The domain
 * writes these sentences. They are recognized here so that they can be translated.
 */
export const FIELD_SENTENCES = {
  illFormed: 'must be well-formed Unicode',
  invisible: 'must not contain invisible characters',
  punctuation: 'must not end with "{mark}"',
  localCharacters: 'contains characters before the "@" that are not allowed',
  localAmbiguous: 'contains ambiguous letters before the "@"',
  localTooLong: 'must have at most {max} bytes before the "@"',
  domainName: 'must have a domain name such as example.com after the "@"',
  notText: 'must be a string',
  nul: 'must be well-formed Unicode without NUL characters',
  notAscii: 'must be printable ASCII',
  once: 'must be sent once',
  wholeNumber: 'must be a whole number from {min} to {max}',
  cursor: 'must be the `next` of an earlier response',
} as const;
export type FieldSentence = keyof typeof FIELD_SENTENCES;

const PATTERNS = (Object.entries(FIELD_SENTENCES) as [FieldSentence, string][]).map(
  ([sentence, english]) => ({ sentence, pattern: patternOf(english) }),
);

/** Finds the sentence and the values of its placeholders. */
export function recognize(
  english: string,
): { readonly sentence: FieldSentence; readonly words: Readonly<Record<string, string>> } | undefined {
  for (const { sentence, pattern } of PATTERNS) {
    const match = pattern.exec(english);
    if (match !== null) return { sentence, words: { ...match.groups } };
  }
  return undefined;
}

function patternOf(english: string): RegExp {
  const parts = english.split(/\{(\w+)\}/);
  const source = parts.map((part, index) =>
    index % 2 === 1 ? `(?<${part}>.{1,20})` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 'u');
}
