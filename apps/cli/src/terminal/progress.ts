import { styleText } from 'node:util';
import { numbers } from './format';

const BAR_WIDTH = 24;
/** Milliseconds between two updates. */
const REDRAW_MS = 100;

/** A progress line on the terminal. Nothing is written if stderr is not a terminal. */
export class Progress {
  private readonly started = performance.now();
  private drawn = -Infinity;

  constructor(
    private readonly total: number,
    private readonly stream: NodeJS.WriteStream = process.stderr,
    private readonly unit: 'rows' | 'bytes' = 'rows',
  ) {}

  static get wanted(): boolean {
    return process.stderr.isTTY;
  }

  at(done: number): void {
    const now = performance.now();
    if (!this.stream.isTTY || now - this.drawn < REDRAW_MS) return;
    this.drawn = now;
    // More rows can expire during the count and after it.
    const share = Math.min(1, this.total === 0 ? 1 : done / this.total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const perSecond = Math.round((done / Math.max(1, now - this.started)) * 1_000);
    const scale = this.unit === 'bytes' ? 1_000_000 : 1;
    const [shown, whole, pace] = [done, this.total, perSecond].map((count) =>
      numbers(Math.round(count / scale)),
    );
    const figures = `${shown} of ${whole}${this.unit === 'bytes' ? ' MB' : ''}  ${pace}${this.unit === 'bytes' ? ' MB' : ''}/s`;
    this.stream.write(`\r\u001b[K${styleText('green', bar, { stream: this.stream })} ${figures}`);
  }

  /** Clears the line; the result is printed next. */
  end(): void {
    if (this.stream.isTTY && this.drawn > 0) this.stream.write('\r\u001b[K');
  }
}
