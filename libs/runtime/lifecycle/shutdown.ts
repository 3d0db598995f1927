import type { INestApplication } from '@nestjs/common';
import type { BoundedServer } from '../server/bounded-server';
import { within } from './deadline';
import { Logger } from '../logging/logger';

/** What new requests and probes have to know of the end of this process. */
export class Lifecycle {
  /** The process is about to go: every answer closes its connection, so that the next request goes elsewhere. */
  leaving = false;
  /** No other process takes its place here: it is not ready any more. */
  ending = false;
  /** What still comes is turned away. */
  closed = false;
  /** Its last requests are being awaited, or it is closing. */
  departing = false;
  private leavingSince: number | undefined;
  private readonly left = new AbortController();

  /** Sends clients elsewhere with every answer, and is not ready any more. */
  turnAway(): void {
    this.leave();
    this.ending = true;
  }

  leave(): void {
    this.leaving = true;
    this.leavingSince ??= performance.now();
    this.left.abort();
  }

  /** Aborted when the process is about to go: what only waits ends. */
  get departure(): AbortSignal {
    return this.left.signal;
  }

  /** How long connections may still bring a last request, in milliseconds. */
  get graceMs(): number {
    const since = this.leavingSince ?? performance.now();
    return Math.max(GRACE_MS - (performance.now() - since), 0);
  }
}

/** How long new and kept connections may bring a last request, which is served, before the listener closes. */
export const GRACE_MS = 1_000;
/** Longest wait for queues, metrics and pools to close once the requests are done. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Longest time from the word to go to the end of the process, in milliseconds. */
export const departureTimeout = (timeoutSeconds: number): number =>
  GRACE_MS + timeoutSeconds * 1_000 + CLOSE_TIMEOUT_MS;

/**
 * Ends the process in order on SIGTERM, SIGINT or SIGHUP, exit 0. A second signal ends it immediately, by SIGKILL: a
 * terminal that closes may send two of SIGHUP, so that one is not counted.
 */
export function shutDownOnSignal(app: INestApplication, timeoutSeconds: number): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    // exit() would wait for the hashes that threads have begun.
    if (app.get(Lifecycle).leaving) {
      if (signal !== 'SIGHUP') process.kill(process.pid, 'SIGKILL');
      return;
    }
    const meant =
      signal === 'SIGHUP' ? ': a single process cannot be renewed in place, so SIGHUP ends it' : '';
    app.get<Logger>(Logger).info({ signal }, `Shutting down${meant}`);
    void depart(app, timeoutSeconds, { replaced: false });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('SIGHUP', onSignal);
}

/**
 * Not ready, a last request for every connection, then no new ones, requests in flight finished, then everything closed from the
 * outside in, and exit 0; exit 1 where something would not close.
 * @param replaced another process of this service continues, so that the service stays ready
 * @param lastWord runs when the requests are done
 */
export async function depart(
  app: INestApplication,
  timeoutSeconds: number,
  { replaced, lastWord }: { replaced: boolean; lastWord?: () => Promise<void> },
): Promise<void> {
  const logger = app.get<Logger>(Logger);
  const lifecycle = app.get(Lifecycle);
  lifecycle.ending ||= !replaced;
  if (lifecycle.departing) return;
  lifecycle.departing = true;
  lifecycle.leave();
  try {
    const server = app.getHttpServer() as BoundedServer;
    await server.drain(lifecycle.graceMs, timeoutSeconds * 1_000, () => {
      lifecycle.closed = true;
      logger.info('Finishing what is in flight');
    });
    await lastWord?.();
    await within(app.close(), CLOSE_TIMEOUT_MS, () => new Error(`not closed within ${CLOSE_TIMEOUT_MS} ms`));
    logger.info('Stopped');
    process.exit(0);
  } catch (error) {
    logger.error({ error }, 'Shutdown failed');
    process.exit(1);
  }
}
