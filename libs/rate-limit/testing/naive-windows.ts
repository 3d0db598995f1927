import type { Charge } from '../domain/sliding-windows';

/** The simplest model of sliding windows: remembers everything, and counts again each time. Microseconds. */
export class NaiveWindows {
  private readonly spent = new Map<string, { id: string; at: number }[]>();

  /** Requests of this budget in the window that ends now. */
  counted({ key, windowMs }: Charge, now: number): number {
    return this.inWindow(key, windowMs, now).length;
  }

  oldest({ key, windowMs }: Charge, now: number): number | null {
    const times = this.inWindow(key, windowMs, now).map(({ at }) => at);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Whether no spend is refused. */
  passes(charges: readonly Charge[], now: number): boolean {
    return charges.every((one) => one.refunds !== undefined || this.counted(one, now) < one.max);
  }

  spend({ key }: Charge, id: string): void {
    this.spent.set(key, [...(this.spent.get(key) ?? []), { id, at: Number(id) }]);
  }

  refund({ key, refunds }: Charge): void {
    this.spent.set(
      key,
      (this.spent.get(key) ?? []).filter(({ id }) => id !== refunds),
    );
  }

  /** All spends that a refund can refer to, including those that have left the window. */
  ids({ key }: Charge): string[] {
    return (this.spent.get(key) ?? []).map(({ id }) => id);
  }

  private inWindow(key: string, windowMs: number, now: number) {
    return (this.spent.get(key) ?? []).filter(({ at }) => at > now - windowMs * 1_000);
  }
}
