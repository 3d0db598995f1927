import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Maximum number of requests that wait on one socket, and on all sockets of a process. */
const WAITING_PER_SOCKET_MAX = 256;
const WAITING_MAX = 4_096;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Pipeline {
  readonly waiting: Exchange[];
  busy: boolean;
}

/** Events of a pipeline: a request has arrived on its socket, or its last request is answered. */
export interface PipelineEvents {
  readonly busy: (socket: Socket) => void;
  readonly rest: (socket: Socket) => void;
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

  constructor(
    private readonly listener: RequestListener,
    private readonly events: PipelineEvents,
  ) {}

  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    // Drops the requests that arrived together with the excess one.
    if (socket.destroyed) return;
    const pipeline = this.pipelineOf(socket);
    if (!pipeline.busy) {
      pipeline.busy = true;
      this.events.busy(socket);
      this.begin(socket, { request, response });
    } else {
      pipeline.waiting.push({ request, response });
      this.waitingOn.set(socket, pipeline);
      this.waiting += 1;
      socket.pause();
      if (pipeline.waiting.length > WAITING_PER_SOCKET_MAX) this.drop(socket, pipeline);
      else if (this.waiting > WAITING_MAX) this.dropLongest();
    }
  }

  /** Closes the socket with the most waiting requests, so that the greediest client loses, not the next one. */
  private dropLongest(): void {
    const [first, ...others] = this.waitingOn;
    if (first === undefined) return;
    const longest = (one: typeof first, other: typeof first): typeof first =>
      other[1].waiting.length > one[1].waiting.length ? other : one;
    this.drop(...others.reduce(longest, first));
  }

  /** Closes a socket, and forgets its waiting requests immediately: its `close` comes in a later turn. */
  private drop(socket: Socket, pipeline: Pipeline): void {
    this.forget(socket, pipeline);
    socket.destroy();
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

  private begin(socket: Socket, { request, response }: Exchange): void {
    response.once('close', () => this.next(socket));
    this.listener(request, response);
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
      this.events.rest(socket);
      return;
    }
    this.waiting -= 1;
    // Requests that need nothing from outside would all be answered in one turn of the event loop, and delay all others.
    setImmediate(() => {
      if (!socket.destroyed) this.begin(socket, exchange);
    });
  }
}
