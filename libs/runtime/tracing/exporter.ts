import type { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Environment } from '../config/environment';

/** Longest wait for the collector, at work and at shutdown, in milliseconds. */
const EXPORT_TIMEOUT_MS = 2_000;
/** Spans kept for the collector; more are dropped. */
const SPANS_MAX = 2_048;

let provider: NodeTracerProvider | undefined;

/** Sends spans to the OTLP collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names; does nothing without one. */
export async function startTracing(app: string, environment: Environment): Promise<void> {
  if (!environment.OTEL_EXPORTER_OTLP_ENDPOINT) return;
  // Loaded only where it is wanted: it would cost every start a tenth of a second.
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const exporter = new OTLPTraceExporter({
    url: `${environment.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/(?<!\/)\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': app, 'service.version': environment.APP_VERSION }),
    spanProcessors: [
      new BatchSpanProcessor(exporter, {
        maxQueueSize: SPANS_MAX,
        scheduledDelayMillis: 1_000,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  provider.register();
}

/** Sends what is left. */
export async function stopTracing(): Promise<void> {
  await provider?.shutdown().catch(() => {});
  provider = undefined;
}
