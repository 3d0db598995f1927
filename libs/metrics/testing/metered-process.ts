import { Flusher, type FlushObserver } from '../use-cases/flusher';
import { SILENT_INSTRUMENTS } from '../domain/instruments';
import { TallyRecorder } from '../domain/metrics-recorder';
import { MetricsReporter } from '../use-cases/metrics-reporter';
import type { MetricsStore } from '../domain/metrics-store';
import { type LatencyWindow, RollingTally } from '../domain/tally';

const UNOBSERVED: FlushObserver = { failed: () => {}, recovered: () => {} };

/** The parts that each process has: recorder, flusher (its timer not started), reporter. */
export function meteredProcess(
  store: MetricsStore,
  observer: FlushObserver = UNOBSERVED,
  window?: LatencyWindow,
) {
  const own = new RollingTally(window);
  const recorder = new TallyRecorder(own, SILENT_INSTRUMENTS);
  const flusher = new Flusher(own, store, observer);
  return { own, recorder, flusher, reporter: new MetricsReporter(store, flusher) };
}
