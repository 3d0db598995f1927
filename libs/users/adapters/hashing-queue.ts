import { Unavailable } from '@app/runtime';
import type { HashingLoad, Requester } from '../domain/password-hasher';

/** Maximum useful wait, in milliseconds; beyond it the response is a fast 503. */
export const WAIT_MAX_MS = 2_000;
/** Minimum length of the queue, so that a small burst fits at any cost. */
const QUEUE_LENGTH_MIN = 8;
/** Maximum length, however fast a job is: each place holds a request. */
const QUEUE_LENGTH_MAX = 1_000;
/** Maximum share of the queue for one client. */
const CLIENT_SHARE = 1 / 4;

interface Waiting {
  readonly client: string | undefined;
  readonly start: () => void;
  readonly evict: () => void;
}

/**
 * A semaphore with a bounded queue: as many concurrent jobs as there are cores, and only as many waiting as can be
 * served within `WAIT_MAX_MS`. An unbounded queue would serve everyone too late while all event-loop metrics look
 * fine. It is fair: a client gets at most a quarter of it, and if it is full, the client with the most places loses
 * one.
 */
export class HashingQueue {
  /** Called with each job's time in the queue, in seconds. */
  onWaited: (seconds: number) => void = () => {};
  private readonly waiting: Waiting[] = [];
  /** Places in the queue by client. */
  private readonly places = new Map<string, number>();
  private running = 0;
  private rejected = 0;
  /** Moving average of the duration of a job, in milliseconds. */
  private jobMs = 0;

  constructor(private readonly slots: number) {}

  get load(): HashingLoad {
    return { waiting: this.waiting.length, running: this.running, rejected: this.rejected };
  }

  /** Whether a job of this client would get a place now. Cheap. */
  hasCapacity(client?: string): boolean {
    if (this.running < this.slots) return true;
    const length = this.length();
    const held = this.heldBy(client);
    if (client !== undefined && held >= Math.max(1, Math.floor(length * CLIENT_SHARE))) return false;
    return this.waiting.length < length || this.largestClient().held > held + 1;
  }

  /** The error that a job of this client would get now, if any; counted as a refusal. */
  refusal(client?: string): Unavailable | undefined {
    return this.hasCapacity(client) ? undefined : this.atCapacity();
  }

  /**
   * Runs the job when its turn comes.
   * @throws {Unavailable} if the queue has no place, or the client left before its turn
   */
  async run<T>(job: () => Promise<T>, { client, gone }: Requester = {}): Promise<T> {
    if (gone?.aborted) throw clientLeft();
    const came = performance.now();
    if (this.running >= this.slots) await this.wait(client, gone);
    else this.running += 1;
    const started = performance.now();
    this.onWaited((started - came) / 1_000);
    try {
      return await job();
    } finally {
      this.learn(performance.now() - started);
      this.next();
    }
  }

  private wait(client: string | undefined, gone: AbortSignal | undefined): Promise<void> {
    if (!this.hasCapacity(client)) throw this.atCapacity();
    if (this.waiting.length >= this.length()) this.largestClient().last?.evict();
    return new Promise((resolve, reject) => {
      const leave = (reason: Unavailable): void => {
        gone?.removeEventListener('abort', left);
        const place = this.waiting.indexOf(entry);
        if (place < 0) return;
        this.waiting.splice(place, 1);
        this.count(client, -1);
        reject(reason);
      };
      const left = (): void => leave(clientLeft());
      const entry: Waiting = {
        client,
        start: () => {
          gone?.removeEventListener('abort', left);
          resolve();
        },
        evict: () => leave(this.atCapacity()),
      };
      this.waiting.push(entry);
      this.count(client, 1);
      gone?.addEventListener('abort', left, { once: true });
    });
  }

  /** Gives the slot to the job that has waited longest, or frees it. */
  private next(): void {
    const entry = this.waiting.shift();
    if (entry === undefined) {
      this.running -= 1;
      return;
    }
    this.count(entry.client, -1);
    entry.start();
  }

  /** The client with the most places, and its latest job. */
  private largestClient(): { held: number; last: Waiting | undefined } {
    let held = 0;
    let client: string | undefined;
    for (const [name, places] of this.places) if (places > held) [client, held] = [name, places];
    return {
      held,
      last: client === undefined ? undefined : this.waiting.findLast((one) => one.client === client),
    };
  }

  private heldBy(client: string | undefined): number {
    return client === undefined ? 0 : (this.places.get(client) ?? 0);
  }

  private count(client: string | undefined, change: 1 | -1): void {
    if (client === undefined) return;
    const held = this.heldBy(client) + change;
    if (held === 0) this.places.delete(client);
    else this.places.set(client, held);
  }

  private atCapacity(): Unavailable {
    this.rejected += 1;
    return AT_CAPACITY;
  }

  private length(): number {
    const served = this.jobMs === 0 ? 0 : (WAIT_MAX_MS * this.slots) / this.jobMs;
    return Math.min(Math.max(Math.floor(served), QUEUE_LENGTH_MIN), QUEUE_LENGTH_MAX);
  }

  private learn(elapsedMs: number): void {
    this.jobMs = this.jobMs === 0 ? elapsedMs : this.jobMs * 0.9 + elapsedMs * 0.1;
  }
}

/** One for all: under overload there are many, and each new one would record a stack that is never logged. */
const AT_CAPACITY = new Unavailable('hashing', 'at capacity');

const clientLeft = (): Unavailable => new Unavailable('hashing', 'the client has left');
