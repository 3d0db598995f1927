import type { Readable } from 'node:stream';

/**
 * The lines of a text, without their ends. Memory is bounded: of a line that is longer than `charactersMax`, only one
 * character more is kept, so that its length shows. (readline keeps all of it, and a file without line breaks ends the
 * program.)
 * @param signal ends the lines, even while the input has nothing to read
 * @throws the errors of the input
 */
export async function* linesOf(
  input: Readable,
  charactersMax: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const stop = (): void => void input.destroy();
  signal.addEventListener('abort', stop);
  let rest = '';
  try {
    input.setEncoding('utf8');
    for await (const chunk of input as AsyncIterable<string>) {
      // Nothing of it is kept.
      if (rest.length > charactersMax && !chunk.includes('\n')) continue;
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(0, charactersMax + 1);
      for (const line of lines) yield withoutReturn(line).slice(0, charactersMax + 1);
    }
    if (rest !== '') yield withoutReturn(rest);
  } catch (error) {
    // Destroying the input fails a read in progress.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
