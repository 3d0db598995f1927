/** Maximum length of a value in a message, in UTF-16 code units. */
const LENGTH_MAX = 64;

/**
 * A value in quotes for a message on a terminal or in a log: at most the start of a long one, and without characters
 * that are invisible or control the terminal.
 */
export function quoted(value: string): string {
  const short = value.length > LENGTH_MAX ? `${value.slice(0, LENGTH_MAX)}…` : value;
  const visible = short.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return `"${visible}"`;
}
