import type { INestApplication } from '@nestjs/common';
import { PrometheusScrape } from '@app/metrics';
import { depart, within, type Environment } from '@app/runtime';
import { HEARTBEAT_MS, type ToPrimary, type ToProcess } from './messages';

/** Longest wait of a scrape for the primary; it waits a second for each process itself. */
const SCRAPE_TIMEOUT_MS = 2_000;

/**
 * Makes this process one of several under a primary, which decides how long it stays.
 * @returns what tells the primary that this process answers
 */
export function joinPrimary(app: INestApplication, environment: Environment): () => void {
  const scrape = app.get<PrometheusScrape | null>(PrometheusScrape);
  let read: (text: string) => void = () => {};
  let reading: Promise<string> | undefined;
  const show = async (): Promise<void> => {
    if (scrape !== null) await tell({ say: 'metrics', exposition: await scrape.own() });
  };
  const leave = (replaced: boolean): void =>
    void depart(app, environment.SHUTDOWN_TIMEOUT_SECONDS, { replaced, lastWord: show });

  process.on('message', (message: ToProcess) => {
    if (message.do === 'leave') leave(message.replaced);
    else if (message.do === 'show') void show();
    else read(message.text);
  });
  const readAll = async (): Promise<string> => {
    const text = new Promise<string>((resolve) => (read = resolve));
    await tell({ say: 'scrape' });
    return await within(text, SCRAPE_TIMEOUT_MS, () => new Error('no metrics from the primary'));
  };
  scrape?.readThrough(() => (reading ??= readAll().finally(() => (reading = undefined))));
  // A service manager may signal every process of a service; a terminal's Ctrl-C and hang-up are the primary's.
  process.on('SIGTERM', () => leave(false));
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

  const beat = (): void => void tell({ say: 'alive', rss: process.memoryUsage.rss() });
  beat();
  setInterval(beat, HEARTBEAT_MS).unref();
  return () => void tell({ say: 'up' });
}

/** Resolves when it is sent; a primary that is gone takes its processes with it. */
function tell(message: ToPrimary): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}
