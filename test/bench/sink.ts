import path from 'node:path';
import { within } from '@app/runtime';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';
import { until } from '../support/until';

interface Taken {
  readonly count: number;
  readonly seconds: number;
}
interface MailedCode {
  readonly to: string;
  readonly code: string;
}

/** Maximum wait for a mail, in milliseconds; a code is valid for a minute. */
const MAIL_TIMEOUT_MS = 60_000;

/** A separate mail server process that accepts every mail and drops it. */
export class Sink {
  private taken: Taken = { count: -1, seconds: 0 };
  /** Codes that have arrived, and callers who wait for one, by address. */
  private readonly codes = new Map<string, string>();
  private readonly waiting = new Map<string, (code: string) => void>();
  private readonly child: Child;

  private constructor(
    readonly port: number,
    codes: boolean,
  ) {
    this.child = new Child('smtp-sink', {
      command: process.execPath,
      args: [path.join(__dirname, 'programs/smtp-sink.js'), JSON.stringify({ port, codes })],
      lastSignal: 'KILL',
      onLine: (line) => {
        if (!line.startsWith('{')) return;
        const report = JSON.parse(line) as Taken | MailedCode;
        if ('code' in report) this.deliver(report);
        else this.taken = report;
      },
    });
  }

  /** @param codes whether it reports the code of each mail */
  static async start(codes = false): Promise<Sink> {
    const sink = new Sink(await freePort(), codes);
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

  /** The code of the mail to this address, once the mail server has accepted it. */
  codeFor(address: string): Promise<string> {
    const arrived = new Promise<string>((resolve) => {
      const code = this.codes.get(address);
      if (code === undefined) this.waiting.set(address, resolve);
      else resolve(code);
    });
    return within(arrived, MAIL_TIMEOUT_MS, () => new Error('The mail did not go out'));
  }

  private deliver({ to, code }: MailedCode): void {
    this.codes.set(to, code);
    this.waiting.get(to)?.(code);
  }

  stop(): Promise<number> {
    return this.child.stop(2_000);
  }
}
