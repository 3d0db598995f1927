import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that may wait on one socket for their turn, and on all of them. */
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

/** What a pipeline tells of its socket: a request has come on it, or its last request is answered. */
export interface PipelineEvents {
  readonly busy: (socket: Socket) => void;
  readonly rest: (socket: Socket) => void;
}

/**
 * Answers the requests of a socket one after the other. Node starts all that arrive together at the same moment, and
 * keeps the answers that are not read; here the next one begins when the last answer is out, so that a client that does
 * not read has one answer waiting and no more.
 */
export class Pipelines {
  private readonly pipelines = new WeakMap<Socket, Pipeline>();
  private waiting = 0;

  constructor(
    private readonly listener: RequestListener,
    private readonly events: PipelineEvents,
  ) {}

  take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    // What arrived together with the request that was too much.
    if (socket.destroyed) return;
    const pipeline = this.pipelineOf(socket);
    if (!pipeline.busy) {
      pipeline.busy = true;
      this.events.busy(socket);
      this.begin(socket, { request, response });
    } else if (pipeline.waiting.length >= WAITING_PER_SOCKET_MAX || this.waiting >= WAITING_MAX) {
      socket.destroy();
    } else {
      pipeline.waiting.push({ request, response });
      this.waiting += 1;
      socket.pause();
    }
  }

  private pipelineOf(socket: Socket): Pipeline {
    const known = this.pipelines.get(socket);
    if (known !== undefined) return known;
    const pipeline: Pipeline = { waiting: [], busy: false };
    this.pipelines.set(socket, pipeline);
    socket.once('close', () => {
      this.waiting -= pipeline.waiting.length;
      pipeline.waiting.length = 0;
    });
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
    // The last one that waits: the socket is read again, so that a client that leaves is noticed.
    if (pipeline.waiting.length === 0) socket.resume();
    if (exchange === undefined) {
      pipeline.busy = false;
      this.events.rest(socket);
      return;
    }
    this.waiting -= 1;
    this.begin(socket, exchange);
  }
}
