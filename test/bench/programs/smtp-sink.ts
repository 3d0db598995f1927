import { SMTPServer } from 'smtp-server';
import { answer, asked } from './program';

/** The beginning of a mail with a code, in English. */
const CODE = /^(\d{4,8}) is your /m;

/** Accepts every mail and drops it; reports their number and times on a signal, and each code if asked for. */
function main(): void {
  const { port, codes } = asked<{ port: number; codes: boolean }>();
  let count = 0;
  let firstAt = 0;
  let lastAt = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData(stream, { envelope }, callback) {
      let text = '';
      if (codes) stream.setEncoding('latin1').on('data', (part: string) => (text += part));
      else stream.resume();
      stream.on('end', () => {
        lastAt = performance.now();
        if (count === 0) firstAt = lastAt;
        count += 1;
        callback();
        const code = CODE.exec(text)?.[1];
        if (code !== undefined) answer({ to: envelope.rcptTo[0]?.address, code });
      });
    },
  });
  server.on('error', () => {});
  process.on('SIGUSR2', () => answer({ count, seconds: (lastAt - firstAt) / 1_000 }));
  process.on('SIGHUP', () => {
    count = 0;
    answer({ count, seconds: 0 });
  });
  server.listen(port, '127.0.0.1', () => answer({ count, seconds: 0 }));
}

main();
