import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { PrometheusScrape } from '@app/metrics';
import { shutDownGracefully, Lifecycle, within, type Environment } from '@app/runtime';
import type { BoundedServer } from '@app/runtime/server';
import { HEARTBEAT_MS, type ToPrimary, type ToProcess } from './messages';

/** Maximum wait for the primary during a scrape; the primary itself waits a second for each process. */
const SCRAPE_TIMEOUT_MS = 2_000;
/** Maximum wait for the last messages of this process to be sent: a hanging primary does not read them. */
const LAST_REPORT_TIMEOUT_MS = 1_000;

/**
 * Makes this process one of several under a primary, which owns the ports and decides when this process ends.
 * @param operatorsServer receives the connections of the operations port
 */
export function joinPrimary(
  app: INestApplication,
  environment: Environment,
  operatorsServer: BoundedServer | undefined,
): void {
  const scrape = app.get<PrometheusScrape | null>(PrometheusScrape);
  let read: (text: string) => void = () => {};
  const show = async (): Promise<void> => {
    if (scrape !== null) await sendMessage({ say: 'metrics', exposition: await scrape.own() });
  };
  const lastReport = (): Promise<void> => Promise.race([show(), pause(LAST_REPORT_TIMEOUT_MS)]);
  const leave = (replaced: boolean): void =>
    void shutDownGracefully(app, environment.SHUTDOWN_TIMEOUT_SECONDS, {
      replaced,
      operatorsServer,
      lastReport,
    });
  const server = app.getHttpServer() as BoundedServer;

  process.on('message', (message: ToProcess, socket?: Socket) => {
    if (message.do === 'serve') {
      const receiver = socket?.localPort === environment.OPERATIONS_PORT ? operatorsServer : server;
      if (socket === undefined || receiver?.take(socket) !== false)
        void sendMessage({ say: 'took', connection: message.connection });
      // Nothing has been read yet, and the primary keeps it: another process gets it when this one has ended.
      else socket.destroy();
    } else if (message.do === 'turn-away') {
      const lifecycle = app.get(Lifecycle);
      lifecycle.ready = false;
      lifecycle.drain();
    } else if (message.do === 'leave') leave(message.replaced);
    else if (message.do === 'show') void show();
    else read(message.text);
  });
  const readAll = async (): Promise<string> => {
    const text = new Promise<string>((resolve) => (read = resolve));
    await sendMessage({ say: 'scrape' });
    return await within(text, SCRAPE_TIMEOUT_MS, () => new Error('no metrics from the primary'));
  };
  scrape?.readThrough(readAll);
  // A service manager may signal every process of a service, but only the primary decides which one ends, and when.
  // The primary also handles Ctrl-C and hang-ups of a terminal.
  process.on('SIGTERM', () => void sendMessage({ say: 'asked' }));
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

  const beat = (): void => void sendMessage({ say: 'alive', rss: process.memoryUsage.rss() });
  beat();
  setInterval(beat, HEARTBEAT_MS).unref();
  void sendMessage({ say: 'up' });
}

/** Resolves when the message is sent. If the primary has gone, this process ends too. */
function sendMessage(message: ToPrimary): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}
