import { createServer, type RequestListener, type Server } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Environment } from '@app/runtime';
import { answerUnreadable } from '../problem/unreadable';

/** Longest a client may take over the head of its request, in milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the idle time-out of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How often the server looks for who is too slow: Node's 30 s would make 45 of the 15 that are promised. */
const LOOK_MS = 1_000;

/** A server that nobody can keep busy by being slow, or by being many. */
export function createBoundedServer(
  listener: RequestListener,
  { REQUEST_TIMEOUT_SECONDS: seconds, CONNECTIONS_MAX: connections }: Environment,
): Server {
  const requestTimeout = seconds * 1_000;
  const server = createServer(
    {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeout),
      requestTimeout,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: LOOK_MS,
    },
    listener,
  );
  server.maxConnections = connections;
  // An expectation that nobody knows is no reason to refuse (RFC 9110, 10.1.1).
  server.on('checkExpectation', listener);
  answerUnreadable(server);
  return server;
}

/** Express behind such a server: Nest makes one without options. */
export class BoundedExpressAdapter extends ExpressAdapter {
  constructor(private readonly environment: Environment) {
    super();
  }

  override initHttpServer(): void {
    this.setHttpServer(createBoundedServer(this.getInstance<RequestListener>(), this.environment));
  }
}
