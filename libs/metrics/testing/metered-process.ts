import { createLogger } from '@app/runtime';
import { Registry } from 'prom-client';
import { PrometheusInstruments } from '../adapters/prometheus/prometheus-instruments';
import { SILENT_INSTRUMENTS } from '../domain/instruments';
import type { MetricsStore } from '../domain/metrics-store';
import { type LatencyWindow, RollingTally } from '../domain/tally';
import { MetricsReporter } from '../metrics-reporter';

const silent = createLogger({ level: 'silent', app: 'test' });

/** The parts that each process has: recorder, and reporter (its timer not started). */
export function meteredProcess(store: MetricsStore, window?: LatencyWindow) {
  const own = new RollingTally(window);
  const recorder = new PrometheusInstruments(new Registry(), own);
  return { own, recorder, reporter: new MetricsReporter(own, store, SILENT_INSTRUMENTS, silent) };
}
