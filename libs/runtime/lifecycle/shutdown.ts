import type { INestApplication } from '@nestjs/common';
import type { BoundedServer } from '../server/bounded-server';
import { within } from './deadline';
import { Logger } from '../logging/logger';

/** The state of the shutdown, for new requests and probes. */
export class Lifecycle {
  /** The process will end soon: every response closes its connection, so that the next request goes elsewhere. */
  leaving = false;
  /** No other process replaces it here, so it is no longer ready. */
  ending = false;
  /** New requests are refused. */
  closed = false;
  /** It waits for its last requests or is closing. */
  departing = false;
  private leavingSince: number | undefined;
  private readonly left = new AbortController();

  /** Closes connections with every response, and reports the process as not ready. */
  closeKeptConnections(): void {
    this.leave();
    this.ending = true;
  }

  leave(): void {
    this.leaving = true;
    this.leavingSince ??= performance.now();
    this.left.abort();
  }

  /** Aborted when the process is about to end, so that everything that only waits stops. */
  get departure(): AbortSignal {
    return this.left.signal;
  }

  /** How long connections may still send a last request, in milliseconds. */
  get graceMs(): number {
    const since = this.leavingSince ?? performance.now();
    return Math.max(GRACE_MS - (performance.now() - since), 0);
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
    if (app.get(Lifecycle).leaving) {
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
  lifecycle.ending ||= !replaced;
  if (lifecycle.departing) return;
  lifecycle.departing = true;
  lifecycle.leave();
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
