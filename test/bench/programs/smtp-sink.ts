import { SMTPServer } from 'smtp-server';
import { answer, asked } from './program';

/** Accepts every mail and drops it; reports their number and times on a signal. */
function main(): void {
  const { port } = asked<{ port: number }>();
  let count = 0;
  let firstAt = 0;
  let lastAt = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData(stream, _session, callback) {
      stream.resume();
      stream.on('end', () => {
        lastAt = performance.now();
        if (count === 0) firstAt = lastAt;
        count += 1;
        callback();
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
