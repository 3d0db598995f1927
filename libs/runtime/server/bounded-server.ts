import { Server, type RequestListener } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';
import type { Environment } from '../config/environment';
import { acceptQueued } from '../lifecycle/listen';
import { Connections } from './connections';
import { messageClassesOf, type MessageClasses } from './express-messages';
import { connectionsAllowed } from './open-files';
import { Pipelines } from './pipelines';

/** Time limit for the headers of a request, in milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the idle timeout of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/**
 * Interval at which the server checks for slow clients: Node's default of 30 s would turn the promised 15 s into 45 s.
 */
const CHECK_INTERVAL_MS = 1_000;
/** Interval of the checks of connections during shutdown. */
const DRAIN_CHECK_INTERVAL_MS = 50;
/** During shutdown, a server without any connection for this long stops waiting for more. */
const QUIET_MS = 300;

/** Additions of an app to its server. */
export interface ServerOptions extends Partial<MessageClasses> {
  /** Writes the response to input that never became a request; Node would respond without a body. */
  readonly answerUnreadable: (fault: NodeJS.ErrnoException) => string;
  /** The client that a remote address belongs to; by default the address itself. */
  readonly clientOf?: (address: string) => string;
}

/** A server that slow, non-reading or numerous clients cannot block; a proxy has the connections of many clients. */
export class BoundedServer extends Server {
  private readonly table: Connections;
  private readonly pipelines: Pipelines;
  private timed = false;
  private closed = false;

  constructor(
    listener: RequestListener,
    { REQUEST_TIMEOUT_SECONDS: seconds, CONNECTIONS_MAX: wanted }: Environment,
    { answerUnreadable, clientOf = (address) => address, ...messages }: ServerOptions,
    isProxy: (address: string) => boolean,
  ) {
    const requestTimeout = seconds * 1_000;
    super({
      ...messages,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeout),
      requestTimeout,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      // Node's own refusal has no body, so the app refuses requests without or with several Host headers.
      requireHostHeader: false,
    });
    const max = connectionsAllowed(wanted);
    this.table = new Connections({ max, clientOf, isProxy, unreadMaxMs: requestTimeout + CHECK_INTERVAL_MS });
    this.pipelines = new Pipelines(listener, this.table);
    const take: RequestListener = (request, response) => this.pipelines.take(request, response);
    this.on('connection', (socket) => this.table.admit(socket));
    this.on('request', take);
    // An unknown expectation is no reason to refuse a request (RFC 9110, 10.1.1).
    this.on('checkExpectation', take);
    this.on('connect', (_request, socket) => close(socket as Socket, answerUnreadable(CONNECT_REFUSED)));
    this.on('clientError', (fault, socket) => answerFault(fault, socket as Socket, answerUnreadable));
    setInterval(() => this.table.closeStuck(), CHECK_INTERVAL_MS).unref();
  }

  /** Takes a connection that another process has accepted. @returns false, and leaves it as it is, after `stopAccepting` */
  take(socket: Socket): boolean {
    if (this.closed) return false;
    // Node starts its connection timeouts when a server listens, which this one never does.
    if (!this.timed) this.emit('listening');
    this.timed = true;
    this.emit('connection', socket);
    return true;
  }

  /** Serves requests of new and kept connections for a last moment, which is short if there is no connection. */
  async settle(graceMs: number): Promise<void> {
    const end = performance.now() + graceMs;
    let quietSince = performance.now();
    while (performance.now() < end && performance.now() - quietSince < QUIET_MS) {
      await pause(DRAIN_CHECK_INTERVAL_MS);
      if (this.table.size > 0) quietSince = performance.now();
    }
  }

  /** Closes the listener once the system's accept queue is empty. */
  async stopAccepting(): Promise<void> {
    this.closed = true;
    if (!this.listening) return;
    await acceptQueued(() => this.table.accepted);
    // http's own close() would also close idle connections that clients are about to use.
    NetServer.prototype.close.call(this);
  }

  /** Waits for the requests in flight, and cuts them off at the deadline. */
  async finish(deadline: number): Promise<void> {
    while (this.table.size > 0) {
      this.table.closeIdle();
      if (performance.now() > deadline) this.table.closeAll();
      await pause(DRAIN_CHECK_INTERVAL_MS);
    }
  }
}

/** Express behind such a server, because Nest creates one without options. It trusts the proxies of TRUST_PROXY. */
export class BoundedExpressAdapter extends ExpressAdapter {
  private readonly messages: MessageClasses;

  constructor(
    private readonly environment: Environment,
    private readonly additions: ServerOptions,
  ) {
    super();
    this.set('trust proxy', trustedProxies(environment));
    this.set('etag', false);
    this.disable('x-powered-by');
    this.messages = messageClassesOf(this.getInstance<Express>());
  }

  /** Another server for the same routes. */
  createServer(): BoundedServer {
    const express = this.getInstance<RequestListener & { get: (setting: string) => unknown }>();
    const isTrusted = express.get('trust proxy fn') as (address: string, hop: number) => boolean;
    const options = { ...this.additions, ...this.messages };
    return new BoundedServer(express, this.environment, options, (address) => isTrusted(address, 0));
  }

  override initHttpServer(): void {
    this.setHttpServer(this.createServer());
  }
}

/** Express takes a hop count as a number and proxies as a list; without either, it trusts only the socket's address. */
const trustedProxies = ({ TRUST_PROXY: entries }: Environment): number | string[] =>
  /^\d+$/.test(entries[0] ?? '') ? Number(entries[0]) : [...entries];

const CONNECT_REFUSED = Object.assign(new Error('CONNECT'), { code: 'CONNECT' });

function answerFault(
  fault: NodeJS.ErrnoException,
  socket: Socket,
  answer: ServerOptions['answerUnreadable'],
): void {
  const { _httpMessage: half } = socket as { _httpMessage?: { readonly headersSent: boolean } };
  // The client has disconnected, or a response is half sent.
  if (!socket.writable || fault.code === 'ECONNRESET' || half?.headersSent) socket.destroy();
  else close(socket, answer(fault));
}

const close = (socket: Socket, lastBytes: string): unknown => socket.end(lastBytes, () => socket.destroy());
