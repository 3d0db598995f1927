import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Deviations from the default replies; each function gets the number of mails accepted in this session. */
export interface Script {
  readonly extensions?: readonly string[];
  readonly greetingAfterMs?: number;
  readonly acceptAfterMs?: number;
  /** Overrides the reply to any command; null closes the connection. */
  command?(line: string, taken: number): string | null | undefined;
  greeting?(): string | null;
  auth?(): string;
  sender?(taken: number): string;
  recipient?(taken: number, address: string): string;
  data?(taken: number): string;
  /** Null closes the connection without a reply. */
  content?(taken: number): string | null;
}

/** An SMTP server that follows its script line by line, and counts. */
export class RawSmtp {
  script: Script = {};
  readonly mails: { recipient: string; sender: string; raw: string }[] = [];
  sessions = 0;
  logins = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(script: Script = {}, port = 0, host = '127.0.0.1'): Promise<RawSmtp> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const smtp = new RawSmtp(server, address.port);
    smtp.script = script;
    server.on('connection', (socket) => void smtp.serve(socket));
    return smtp;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(socket: Socket): Promise<void> {
    this.sessions += 1;
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    let taken = 0;
    let sender = '';
    let recipient = '';
    let content: string[] | undefined;
    let work = pause(this.script.greetingAfterMs ?? 0).then(() => {
      const greeting = this.script.greeting === undefined ? '220 raw ESMTP' : this.script.greeting();
      if (greeting === null) socket.destroy();
      else socket.write(`${greeting}\r\n`);
    });
    const answer = async (line: string): Promise<void> => {
      if (content !== undefined) {
        if (line !== '.') {
          content.push(line);
          return;
        }
        const raw = content.join('\n');
        content = undefined;
        await pause(this.script.acceptAfterMs ?? 0);
        const reply = this.script.content === undefined ? '250 2.0.0 queued' : this.script.content(taken);
        if (reply === null) {
          this.mails.push({ recipient, sender, raw });
          socket.destroy();
          return;
        }
        if (reply.startsWith('2')) {
          taken += 1;
          this.mails.push({ recipient, sender, raw });
        }
        socket.write(`${reply}\r\n`);
        return;
      }
      const reply = this.reply(line, taken);
      if (reply === null) {
        socket.destroy();
        return;
      }
      if (reply.startsWith('250') && /^MAIL/i.test(line)) sender = /<(.*?)>/.exec(line)?.[1] ?? '';
      if (reply.startsWith('250') && /^RCPT/i.test(line)) recipient = /<(.*?)>/.exec(line)?.[1] ?? '';
      if (reply.startsWith('354')) content = [];
      socket.write(`${reply}\r\n`);
      if (/^QUIT/i.test(line)) socket.end();
    };
    let rest = '';
    socket.on('data', (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString('utf8')}`.split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) work = work.then(() => answer(line));
    });
  }

  private reply(line: string, taken: number): string | null {
    const { script } = this;
    const own = script.command?.(line, taken);
    if (own !== undefined) return own;
    if (/^EHLO/i.test(line)) {
      const names = ['raw', ...(script.extensions ?? ['SMTPUTF8', '8BITMIME', 'AUTH PLAIN'])];
      return names.map((name, index) => `250${index === names.length - 1 ? ' ' : '-'}${name}`).join('\r\n');
    }
    if (/^AUTH/i.test(line)) {
      this.logins += 1;
      return script.auth?.() ?? '235 2.7.0 welcome';
    }
    if (/^MAIL/i.test(line)) return script.sender?.(taken) ?? '250 2.1.0 ok';
    if (/^RCPT/i.test(line))
      return script.recipient?.(taken, /<(.*?)>/.exec(line)?.[1] ?? '') ?? '250 2.1.5 ok';
    if (/^DATA/i.test(line)) return script.data?.(taken) ?? '354 go ahead';
    return /^QUIT/i.test(line) ? '221 2.0.0 bye' : '250 2.0.0 ok';
  }
}
