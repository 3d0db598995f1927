import path from 'node:path';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';
import { until } from '../support/until';

interface Taken {
  readonly count: number;
  readonly seconds: number;
}

/** A separate mail server process that accepts every mail and drops it. */
export class Sink {
  private taken: Taken = { count: -1, seconds: 0 };
  private readonly child: Child;

  private constructor(readonly port: number) {
    this.child = new Child('smtp-sink', {
      command: process.execPath,
      args: [path.join(__dirname, 'programs/smtp-sink.js'), JSON.stringify({ port })],
      lastSignal: 'KILL',
      onLine: (line) => {
        if (line.startsWith('{')) this.taken = JSON.parse(line) as Taken;
      },
    });
  }

  static async start(): Promise<Sink> {
    const sink = new Sink(await freePort());
    await until('the mail server listens', () => sink.taken.count === 0);
    return sink;
  }

  /** Mails per second, from the first to the last of `count`. */
  async rateOf(count: number, send: () => Promise<void>): Promise<number> {
    this.child.signal('SIGHUP');
    await until('the mail server has forgotten', () => this.taken.count === 0);
    await send();
    const { seconds } = await until(
      `${count} mails`,
      () => {
        this.child.signal('SIGUSR2');
        return this.taken.count >= count && this.taken;
      },
      120_000,
    );
    return (count - 1) / seconds;
  }

  stop(): Promise<number> {
    return this.child.stop(2_000);
  }
}
