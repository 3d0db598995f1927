import { PassThrough, Readable } from 'node:stream';
import { linesOf } from './lines';

const NEVER = new AbortController().signal;

async function collect(chunks: readonly (string | Buffer)[], charactersMax = 10): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks), charactersMax, NEVER)) lines.push(line);
  return lines;
}

describe('The lines of an input', () => {
  it('have no ends, whichever system wrote them and wherever a chunk breaks', async () => {
    expect(await collect(['a\r', '\nb\n', '\nc', 'd\r\ne'])).toEqual(['a', 'b', '', 'cd', 'e']);
    const [first, second] = [Buffer.from('é\n').subarray(0, 1), Buffer.from('é\n').subarray(1)];
    expect(await collect([first, second])).toEqual(['é']);
  });

  it('contain the line separators of JSON strings', async () => {
    expect(await collect(['"\u2028\u2029"\n'])).toEqual(['"\u2028\u2029"']);
  });

  it('are cut off behind the maximum, across chunks, and the next line is complete', async () => {
    const long = Array.from({ length: 1_000 }, () => 'x'.repeat(1_000));
    expect(await collect([...long, '\nnext\n'])).toEqual(['x'.repeat(11), 'next']);
    expect(await collect([`${'y'.repeat(30)}\nnext`])).toEqual(['y'.repeat(11), 'next']);
  });

  it('end when the program is to stop, although the input stays open', async () => {
    const input = new PassThrough();
    const stop = new AbortController();
    input.write('a\nb');
    const lines: string[] = [];
    for await (const line of linesOf(input, 10, stop.signal)) {
      lines.push(line);
      setImmediate(() => stop.abort());
    }
    expect(lines).toEqual(['a']);
  });

  it('end with the error of the input', async () => {
    const input = new PassThrough();
    setImmediate(() => input.destroy(new Error('EIO')));
    const reading = linesOf(input, 10, NEVER).next();
    await expect(reading).rejects.toThrow('EIO');
  });
});
