import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { within } from './deadline';
import { Logger } from './logging/logger';

/** Whether this process still wants requests; readiness and new requests ask it. */
export class Lifecycle {
  draining = false;
}

/** How often connections that have become idle are closed while the rest finish. */
const IDLE_SWEEP_MS = 50;
/** Longest wait for queues, metrics and pools to close once the requests are done. */
const CLOSE_TIMEOUT_MS = 10_000;

/**
 * Ends the process in order on SIGTERM or SIGINT: not ready, no new connections, requests in flight finished,
 * then everything closed from the outside in, exit 0. A second signal ends it at once, exit 1.
 */
export function shutDownOnSignal(app: INestApplication, timeoutSeconds: number): void {
  const logger = app.get<Logger>(Logger);
  const lifecycle = app.get(Lifecycle);
  const onSignal = (signal: NodeJS.Signals): void => {
    if (lifecycle.draining) process.exit(1);
    lifecycle.draining = true;
    logger.info({ signal }, 'Shutting down');
    shutDown(app, timeoutSeconds)
      .then(() => {
        logger.info('Stopped');
        process.exit(0);
      })
      .catch((error: unknown) => {
        logger.error({ error }, 'Shutdown failed');
        process.exit(1);
      });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function shutDown(app: INestApplication, timeoutSeconds: number): Promise<void> {
  const server = app.getHttpServer() as Server;
  if (server.listening) await drain(server, timeoutSeconds * 1_000);
  await within(app.close(), CLOSE_TIMEOUT_MS, () => new Error(`not closed within ${CLOSE_TIMEOUT_MS} ms`));
}

/** A socket that had a request in flight stays open until its keep-alive ends, so idle ones are swept repeatedly. */
async function drain(server: Server, timeoutMs: number): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  try {
    await within(closed, timeoutMs, () => new Error('requests still in flight'));
  } catch {
    server.closeAllConnections();
  } finally {
    clearInterval(sweep);
  }
}
