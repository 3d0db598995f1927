import type { INestApplication } from '@nestjs/common';
import type { BoundedServer } from '../server/bounded-server';
import { within } from './deadline';
import { Logger } from '../logging/logger';

/** The state of the shutdown, for new requests and probes. */
export class Lifecycle {
  /** The process will end soon: every response closes its connection, so that the next request goes elsewhere. */
  draining = false;
  /** What the probe says. A process that another one replaces stays ready, because the service is. */
  ready = true;
  /** Requests in flight are being finished, or the process is closing. */
  finishing = false;
  /** New requests are refused. */
  closed = false;
  private readonly drainStart = new AbortController();
  private drainingSince = Infinity;

  drain(): void {
    if (this.draining) return;
    this.draining = true;
    this.drainingSince = performance.now();
    this.drainStart.abort();
  }

  /** Aborted when draining begins, so that everything that only waits stops. */
  get drainSignal(): AbortSignal {
    return this.drainStart.signal;
  }

  /** How much longer connections may send a last request, in milliseconds. */
  get graceMs(): number {
    return Math.max(GRACE_MS - Math.max(performance.now() - this.drainingSince, 0), 0);
  }
}

/** How long new and kept connections may send a last request, which is served, before the listener closes. */
export const GRACE_MS = 1_000;
/** Time limit for queues, metrics and pools to close once the requests are finished. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Maximum time from the signal to the end of the process, in milliseconds. */
export const shutdownTimeoutMs = (timeoutSeconds: number): number =>
  GRACE_MS + timeoutSeconds * 1_000 + CLOSE_TIMEOUT_MS;

/**
 * Shuts the process down gracefully on SIGTERM, SIGINT or SIGHUP, with exit status 0. A second signal ends it
 * immediately with SIGKILL, except a second SIGHUP: a closing terminal may send two.
 * @param operatorsServer the server of the operations port, if there is one
 */
export function shutDownOnSignal(
  app: INestApplication,
  timeoutSeconds: number,
  operatorsServer?: BoundedServer,
): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    // exit() would wait for hashes in progress on threads.
    if (app.get(Lifecycle).draining) {
      if (signal === 'SIGHUP') return;
      process.kill(process.pid, 'SIGKILL');
      // The first process of a container cannot be killed from within.
      process.exit(1);
    }
    const meant =
      signal === 'SIGHUP' ? ': a single process cannot be renewed in place, so SIGHUP ends it' : '';
    app.get<Logger>(Logger).info({ signal }, `Shutting down${meant}`);
    void shutDownGracefully(app, timeoutSeconds, { replaced: false, operatorsServer });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('SIGHUP', onSignal);
}

interface Departure {
  /** Another process of this service continues, so the service stays ready. */
  readonly replaced: boolean;
  /** Answers until the requests of the public port are finished, because the last scrape comes during shutdown. */
  readonly operatorsServer: BoundedServer | undefined;
  /** Runs when the requests are finished. */
  readonly lastReport?: () => Promise<void>;
}

/**
 * Reports not ready, accepts a last request on every connection, then no new ones, finishes requests in flight, and
 * closes everything from the outside in. Exit status 0, or 1 if something does not close.
 */
export async function shutDownGracefully(
  app: INestApplication,
  timeoutSeconds: number,
  { replaced, operatorsServer, lastReport }: Departure,
): Promise<void> {
  const logger = app.get<Logger>(Logger);
  const lifecycle = app.get(Lifecycle);
  lifecycle.ready &&= replaced;
  if (lifecycle.finishing) return;
  lifecycle.finishing = true;
  lifecycle.drain();
  try {
    const server = app.getHttpServer() as BoundedServer;
    const deadline = performance.now() + lifecycle.graceMs + timeoutSeconds * 1_000;
    const operatorsSettled = operatorsServer?.settle(lifecycle.graceMs);
    await server.settle(lifecycle.graceMs);
    await server.stopAccepting();
    lifecycle.closed = true;
    logger.info('Finishing requests in flight');
    await server.finish(deadline);
    await operatorsSettled;
    await operatorsServer?.stopAccepting();
    await operatorsServer?.finish(deadline);
    await lastReport?.();
    await within(app.close(), CLOSE_TIMEOUT_MS, () => new Error(`not closed within ${CLOSE_TIMEOUT_MS} ms`));
    logger.info('Stopped');
    process.exit(0);
  } catch (error) {
    logger.error({ error }, 'Shutdown failed');
    process.exit(1);
  }
}
