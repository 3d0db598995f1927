import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Client, Connections } from './connections';

/** Maximum number of requests that wait on one socket, and on all sockets of a process. */
const WAITING_PER_SOCKET_MAX = 256;
const WAITING_MAX = 4_096;
/** Maximum number of requests of one client that start in one turn of the event loop: they delay all others. */
const STARTS_PER_TURN_MAX = 16;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Pipeline {
  readonly waiting: Exchange[];
  busy: boolean;
}

/**
 * Answers the requests of a socket one after another. Node starts all requests that arrive together concurrently, and
 * keeps unread responses in memory. Here the next request starts when the previous response is sent, so that a client
 * that does not read has only one response waiting.
 */
export class Pipelines {
  private readonly pipelines = new WeakMap<Socket, Pipeline>();
  /** Pipelines with waiting requests. */
  private readonly waitingOn = new Map<Socket, Pipeline>();
  private waiting = 0;
  /** Requests started in this turn of the event loop. */
  private readonly started = new Map<Client | undefined, number>();

  constructor(
    private readonly listener: RequestListener,
    private readonly connections: Pick<Connections, 'busy' | 'rest' | 'clientOf' | 'closeClient'>,
  ) {}

  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    // Drops the requests that arrived together with the excess one.
    if (socket.destroyed) return;
    const pipeline = this.pipelineOf(socket);
    if (!pipeline.busy) {
      pipeline.busy = true;
      this.connections.busy(socket);
      this.begin(socket, { request, response });
    } else {
      pipeline.waiting.push({ request, response });
      this.waitingOn.set(socket, pipeline);
      this.waiting += 1;
      socket.pause();
      if (pipeline.waiting.length > WAITING_PER_SOCKET_MAX) this.drop(this.connections.clientOf(socket));
      else if (this.waiting > WAITING_MAX) this.drop(this.greediest());
    }
  }

  /** The client with the most waiting requests. */
  private greediest(): Client | undefined {
    const counts = new Map<Client | undefined, number>();
    for (const [socket, { waiting }] of this.waitingOn) {
      const client = this.connections.clientOf(socket);
      counts.set(client, (counts.get(client) ?? 0) + waiting.length);
    }
    let most: Client | undefined;
    for (const [client, count] of counts) if (count > (counts.get(most) ?? 0)) most = client;
    return most;
  }

  /**
   * Closes all connections of a client, because reading the requests of the others would already delay everyone else.
   * Forgets its waiting requests immediately: the `close` of a socket comes in a later turn.
   */
  private drop(client: Client | undefined): void {
    for (const [socket, pipeline] of this.waitingOn) {
      if (this.connections.clientOf(socket) === client) this.forget(socket, pipeline);
    }
    this.connections.closeClient(client);
  }

  private forget(socket: Socket, pipeline: Pipeline): void {
    this.waiting -= pipeline.waiting.length;
    pipeline.waiting.length = 0;
    this.waitingOn.delete(socket);
  }

  private pipelineOf(socket: Socket): Pipeline {
    const known = this.pipelines.get(socket);
    if (known !== undefined) return known;
    const pipeline: Pipeline = { waiting: [], busy: false };
    this.pipelines.set(socket, pipeline);
    socket.once('close', () => this.forget(socket, pipeline));
    return pipeline;
  }

  private begin(socket: Socket, exchange: Exchange): void {
    if (socket.destroyed) return;
    const client = this.connections.clientOf(socket);
    const started = this.started.get(client) ?? 0;
    if (started === STARTS_PER_TURN_MAX) {
      setImmediate(() => this.begin(socket, exchange));
      return;
    }
    if (this.started.size === 0) setImmediate(() => this.started.clear());
    this.started.set(client, started + 1);
    exchange.response.once('close', () => this.next(socket));
    this.listener(exchange.request, exchange.response);
  }

  private next(socket: Socket): void {
    if (socket.destroyed) return;
    const pipeline = this.pipelineOf(socket);
    const exchange = pipeline.waiting.shift();
    if (pipeline.waiting.length === 0) {
      this.waitingOn.delete(socket);
      // Read the socket again, so that a disconnecting client is noticed.
      socket.resume();
    }
    if (exchange === undefined) {
      pipeline.busy = false;
      this.connections.rest(socket);
      return;
    }
    this.waiting -= 1;
    // Requests that need nothing from outside would all be answered in one turn of the event loop, and delay all others.
    setImmediate(() => this.begin(socket, exchange));
  }
}
