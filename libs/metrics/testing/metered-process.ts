import { Flusher, type FlushObserver } from '../domain/flusher';
import { SILENT_INSTRUMENTS } from '../domain/instruments';
import { TallyRecorder } from '../domain/metrics-recorder';
import { MetricsReporter } from '../domain/metrics-reporter';
import type { MetricsStore } from '../domain/metrics-store';

const UNOBSERVED: FlushObserver = { failed: () => {}, recovered: () => {} };

/** What one process has of its own: recorder, flusher (its timer not started), reporter. */
export function meteredProcess(store: MetricsStore, observer: FlushObserver = UNOBSERVED) {
  const recorder = new TallyRecorder(SILENT_INSTRUMENTS);
  const flusher = new Flusher(recorder, store, observer);
  return { recorder, flusher, reporter: new MetricsReporter(store, flusher) };
}
