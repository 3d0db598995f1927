import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface Reply {
  readonly status: number;
  readonly ms: number;
  /** By `performance.now()`. */
  readonly endedAt: number;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** Longest wait for one answer. */
const TIMEOUT_MS = 30_000;

/** A client with kept connections; `fetch` would cost several times the processor time. */
export class HttpLoad {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly url: string) {}

  call({ method, path, headers = {}, body }: Call): Promise<Reply> {
    const began = performance.now();
    const text = body === undefined ? '' : JSON.stringify(body);
    const json = text === '' ? {} : { 'Content-Type': 'application/json' };
    const length = { 'Content-Length': String(Buffer.byteLength(text)) };
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.url}${path}`,
        { method, agent: this.agent, headers: { ...json, ...length, ...headers }, timeout: TIMEOUT_MS },
        (response) => {
          response.on('data', () => {});
          response.on('error', reject);
          response.on('end', () => {
            const endedAt = performance.now();
            resolve({ status: response.statusCode ?? 0, ms: endedAt - began, endedAt });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`No answer within ${TIMEOUT_MS} ms`)));
      sent.on('error', reject);
      sent.end(text);
    });
  }

  /** A number of clients that each wait for their response, until every call has been made. */
  async closed(calls: readonly Call[], clients: number): Promise<Reply[]> {
    this.closeIdle();
    const replies: Reply[] = [];
    const queue = calls.values();
    const client = async (): Promise<void> => {
      for (const next of queue) replies.push(await this.call(next));
    };
    await Promise.all(Array.from({ length: clients }, client));
    return replies;
  }

  /** A call every `1000 / rate` ms, regardless of earlier ones. */
  async offered(calls: readonly Call[], rate: number): Promise<Reply[]> {
    this.closeIdle();
    const began = performance.now();
    const pending: Promise<Reply>[] = [];
    for (const [index, call] of calls.entries()) {
      await pause(Math.max(began + (index * 1_000) / rate - performance.now(), 0));
      pending.push(this.call(call));
    }
    return await Promise.all(pending);
  }

  /** Calls at a steady rate until stopped; resolves to the times, in milliseconds. */
  async probe(call: Call, everyMs: number, stop: AbortSignal): Promise<number[]> {
    const times: number[] = [];
    while (!stop.aborted) {
      times.push((await this.call(call)).ms);
      await pause(everyMs);
    }
    return times;
  }

  /** The server closes idle connections, and a call on one that it is just closing would fail. */
  private closeIdle(): void {
    for (const sockets of Object.values(this.agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  close(): void {
    this.agent.destroy();
  }
}

/** @throws {Error} unless all have the status: a benchmark of errors measures nothing */
export function expectAll(replies: readonly Reply[], status: number): void {
  const other = replies.find((reply) => reply.status !== status);
  if (other !== undefined) throw new Error(`Expected ${status} everywhere and got ${other.status}`);
}
