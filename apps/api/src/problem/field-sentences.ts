/**
 * What a field can be told beyond its code, in English; a word in braces is replaced with what differs from time to time.
 * The domain says these sentences by itself: they are recognised here so that each language can say them too.
 */
export const FIELD_SENTENCES = {
  illFormed: 'must be well-formed Unicode',
  invisible: 'must not have invisible characters',
  punctuation: 'must not end with "{mark}"',
  localCharacters: 'has characters before the "@" that are not accepted',
  localAmbiguous: 'has letters before the "@" that can be read in two ways',
  localTooLong: 'must have at most {max} bytes before the "@"',
  domainName: 'must have a domain name such as example.com after the "@"',
  notText: 'must be a string',
  nul: 'must be well-formed Unicode without NUL characters',
  notAscii: 'must be printable ASCII',
  wholeNumber: 'must be a whole number from {min} to {max}',
  cursor: 'must be the `next` of an earlier answer',
} as const;
export type FieldSentence = keyof typeof FIELD_SENTENCES;

const PATTERNS = (Object.entries(FIELD_SENTENCES) as [FieldSentence, string][]).map(
  ([sentence, english]) => ({ sentence, pattern: patternOf(english) }),
);

/** Which sentence this is, and the values of its words in braces. */
export function recognise(
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
