import { randomUUID } from 'node:crypto';
import type { TallyRecorder } from './metrics-recorder';
import type { Batch, MetricsStore } from './metrics-store';
import { OneAtATime } from './one-at-a-time';

/** What a process that is killed loses at most. */
export const FLUSH_INTERVAL_MS = 1_000;

/** Told when flushing begins to fail and when it works again, not for every attempt in between. */
export interface FlushObserver {
  failed(error: unknown, first: boolean): void;
  recovered(): void;
}

/**
 * Brings what a recorder counted to the store, about once a second. While the store is away, two tallies are kept,
 * however long that lasts: the batch whose arrival is in doubt, sent again under its number until the store
 * confirms it, and what was counted since, which goes on growing in counts only.
 */
export class Flusher {
  private readonly processId = randomUUID();
  private readonly flushing = new OneAtATime(() => this.flushNow());
  private inDoubt: Batch | null = null;
  private sequence = 0;
  private failing = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly recorder: TallyRecorder,
    private readonly store: MetricsStore,
    private readonly observer: FlushObserver,
  ) {}

  /** The timer keeps no process alive. */
  start(intervalMs = FLUSH_INTERVAL_MS): void {
    this.timer ??= setInterval(() => void this.flush(), intervalMs).unref();
  }

  /** Stops the timer and flushes a last time. Resolves to whether everything arrived. */
  stop(): Promise<boolean> {
    clearInterval(this.timer);
    this.timer = undefined;
    return this.flush();
  }

  /** Resolves, and never rejects, to whether everything counted before this call is in the store. */
  flush(): Promise<boolean> {
    return this.flushing.run();
  }

  private async flushNow(): Promise<boolean> {
    try {
      await this.send();
      // What was in doubt stood in line before what was counted meanwhile.
      await this.send();
    } catch (error) {
      this.observer.failed(error, !this.failing);
      this.failing = true;
      return false;
    }
    if (this.failing) this.observer.recovered();
    this.failing = false;
    return true;
  }

  private async send(): Promise<void> {
    this.inDoubt ??= this.nextBatch();
    if (this.inDoubt === null) return;
    await this.store.add(this.inDoubt);
    this.inDoubt = null;
  }

  private nextBatch(): Batch | null {
    const tally = this.recorder.take();
    if (tally === null) return null;
    this.sequence += 1;
    return { processId: this.processId, sequence: this.sequence, tally };
  }
}
