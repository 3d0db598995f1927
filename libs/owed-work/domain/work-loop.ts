import type { Logger } from '@app/runtime';
import type { BackOff } from './back-off';
import type { OwedWork } from './owed-work';

export interface WorkLoopOptions {
  /** Maximum number of items in flight. */
  readonly concurrency: number;
  /** Interval of sweeps, in milliseconds. */
  readonly sweepMs: number;
  /** Maximum time to keep trying to store outcomes at shutdown, or if the database refuses them. */
  readonly settleMs: number;
  readonly isOutage: (error: unknown) => boolean;
}

const SETTLE_PAUSE_MS = 250;

/**
 * Processes owed work: it sweeps every second or two and whenever it is woken, claims as many items as it has free
 * slots, and stores the outcomes of all finished items together.
 */
export class WorkLoop<Item extends { readonly id: string }, Outcome> {
  private readonly inFlight = new Set<Promise<void>>();
  /** Ids of leased items whose outcomes have not been stored yet. */
  private readonly leased = new Set<string>();
  private outcomes: { readonly id: string; readonly outcome: Outcome }[] = [];
  private unsettled = 0;
  private settling: Promise<void> | undefined;
  private claiming: Promise<void> | undefined;
  private claimAgain = false;
  private moreDue = false;
  private failing = false;
  private stopped = false;
  /** When an outage no longer delays the shutdown, by `performance.now()`. */
  private settleBy = Infinity;
  private timer: NodeJS.Timeout | undefined;

  /** Called when a claim returned as many items as requested, so that another worker may have work too. */
  onPlenty: () => void = () => {};
  /** Called with each outcome and the duration of the attempt, in seconds. */
  onAttempted: (outcome: Outcome, seconds: number) => void = () => {};

  constructor(
    private readonly work: OwedWork<Item, Outcome>,
    private readonly backOff: BackOff,
    private readonly options: WorkLoopOptions,
    private readonly logger: Logger,
  ) {}

  /** Sweeps now. Returns without waiting. */
  wake(): void {
    if (this.stopped) return;
    if (this.claiming !== undefined) {
      this.claimAgain = true;
      return;
    }
    clearTimeout(this.timer);
    this.claiming = this.claimWhilePlenty().finally(() => {
      this.claiming = undefined;
      if (this.stopped) return;
      this.timer = setTimeout(() => this.wake(), Math.max(this.options.sweepMs, this.backOff.waitMs));
    });
  }

  /** Claims nothing more, and resolves when all items in flight are finished and stored. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.settleBy = performance.now() + this.options.settleMs;
    clearTimeout(this.timer);
    await this.claiming;
    await Promise.all(this.inFlight);
    await this.settling;
  }

  private places(): number {
    if (this.backOff.waitMs > 0) return 0;
    const concurrency = this.backOff.probing ? 1 : this.options.concurrency;
    // Outcomes that cannot be stored occupy slots too, so that their number is bounded.
    return Math.max(0, concurrency - Math.max(this.inFlight.size, this.unsettled - concurrency));
  }

  private async claimWhilePlenty(): Promise<void> {
    do {
      this.claimAgain = false;
      const places = this.places();
      if (places === 0) return;
      const items = await this.claim(places);
      this.moreDue = items.length === places;
      for (const item of items) this.begin(item);
      if (this.moreDue) this.onPlenty();
    } while (this.wokenMeanwhile());
  }

  private wokenMeanwhile(): boolean {
    return this.claimAgain && !this.stopped;
  }

  private async claim(places: number): Promise<readonly Item[]> {
    try {
      // A claim whose result was lost may have leased items.
      if (this.failing) await this.work.release([...this.leased]);
      const items = await this.work.claim(places);
      for (const { id } of items) this.leased.add(id);
      if (this.failing) this.logger.info(`Claiming owed work has recovered (${this.work.name})`);
      this.failing = false;
      return items;
    } catch (error) {
      if (!this.failing) {
        this.logger.warn({ error }, `Claiming owed work failed; retrying (${this.work.name})`);
      }
      this.failing = true;
      this.claimAgain = false;
      return [];
    }
  }

  private begin(item: Item): void {
    const started = performance.now();
    const attempt = this.work.attempt(item).then((outcome) => {
      this.inFlight.delete(attempt);
      this.onAttempted(outcome, (performance.now() - started) / 1_000);
      const setback = this.work.setbackOf(outcome);
      if (setback === null) this.backOff.succeed();
      else this.backOff.fail(setback);
      this.outcomes.push({ id: item.id, outcome });
      this.unsettled += 1;
      this.settling ??= this.settle().finally(() => (this.settling = undefined));
      // A claim for each free slot would cost as much as the work itself, so half of the slots are claimed together.
      if (this.moreDue && this.inFlight.size <= this.options.concurrency / 2) this.wake();
    });
    this.inFlight.add(attempt);
  }

  private async settle(): Promise<void> {
    while (this.outcomes.length > 0) {
      const batch = this.outcomes;
      this.outcomes = [];
      await this.settleBatch(batch);
      this.unsettled -= batch.length;
    }
  }

  /** During an outage it tries until the leases end: until then no worker processes the items again. */
  private async settleBatch(batch: typeof this.outcomes): Promise<void> {
    const began = performance.now();
    for (;;) {
      try {
        await this.work.settle(batch.map(({ outcome }) => outcome));
        break;
      } catch (error) {
        const limitMs = this.options.isOutage(error) ? this.work.leaseSeconds * 1_000 : this.options.settleMs;
        if (performance.now() > Math.min(began + limitMs, this.settleBy)) {
          this.logger.error({ error, items: batch.length }, `Storing outcomes failed (${this.work.name})`);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, SETTLE_PAUSE_MS));
      }
    }
    for (const { id } of batch) this.leased.delete(id);
  }
}
