import { createLogger } from '@app/runtime';
import { Registry } from 'prom-client';
import { PrometheusInstruments } from '../adapters/prometheus/prometheus-instruments';
import { SILENT_INSTRUMENTS } from '../domain/instruments';
import type { MetricsStore } from '../domain/metrics-store';
import { type LatencyWindow, RollingTally } from '../domain/tally';
import { Flusher } from '../flusher';
import { MetricsReporter } from '../metrics-reporter';

const silent = createLogger({ level: 'silent', app: 'test' });

/** The parts that each process has: recorder, flusher (its timer not started), reporter. */
export function meteredProcess(store: MetricsStore, window?: LatencyWindow) {
  const own = new RollingTally(window);
  const recorder = new PrometheusInstruments(new Registry(), own);
  const flusher = new Flusher(own, store, SILENT_INSTRUMENTS, silent);
  return { own, recorder, flusher, reporter: new MetricsReporter(store, flusher) };
}
