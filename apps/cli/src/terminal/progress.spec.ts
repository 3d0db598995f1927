import { PassThrough } from 'node:stream';
import { Progress } from './progress';

function terminal(isTTY: boolean): { stream: NodeJS.WriteStream; written: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    written: () => String(stream.read() ?? ''),
  };
}

describe('Progress', () => {
  it('draws the progress on a terminal, and clears the line at the end', () => {
    const { stream, written } = terminal(true);
    const progress = new Progress(4_000, stream);
    progress.at(1_000);
    expect(written()).toMatch(/^\r.*█{6}░{18}.* 1,000 of 4,000 {2}[\d,]+\/s$/u);
    progress.end();
    expect(written()).toBe('\r\u001b[K');
  });

  it('writes nothing without a terminal', () => {
    const { stream, written } = terminal(false);
    const progress = new Progress(4_000, stream);
    progress.at(1_000);
    progress.end();
    expect(written()).toBe('');
  });
});
