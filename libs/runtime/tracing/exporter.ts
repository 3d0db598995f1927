import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Environment } from '../config/environment';
import type { Logger } from '../logging/logger';

/** Time limit for the collector, during operation and at shutdown, in milliseconds. */
const EXPORT_TIMEOUT_MS = 2_000;
/** Maximum number of queued spans; further ones are dropped. */
const SPANS_MAX = 2_048;

/** Null without a collector. */
export type Tracing = NodeTracerProvider | null;
export const Tracing = Symbol('Tracing');

/** Sends spans to the OTLP collector in `OTEL_EXPORTER_OTLP_ENDPOINT`, if there is one. */
export async function startTracing(app: string, environment: Environment, logger: Logger): Promise<Tracing> {
  if (!environment.OTEL_EXPORTER_OTLP_ENDPOINT) return null;
  logFirstFailure(logger, environment.OTEL_EXPORTER_OTLP_ENDPOINT);
  // Loaded only if needed: it would slow down every start by a tenth of a second.
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
  const tracing = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': app, 'service.version': environment.APP_VERSION }),
    spanProcessors: [
      new BatchSpanProcessor(exporter, {
        maxQueueSize: SPANS_MAX,
        scheduledDelayMillis: 1_000,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  tracing.register();
  return tracing;
}

/** Logs one line for an unreachable collector, not one per batch. */
function logFirstFailure(logger: Logger, endpoint: string): void {
  let told = false;
  const ignore = (): void => {};
  const error = (message: string): void => {
    if (told) return;
    told = true;
    // The library passes the error as JSON, including the stack.
    const reason = /"message":"([^"]*)"/.exec(message)?.[1] ?? message.slice(0, 200);
    const code = /"code":"([^"]*)"/.exec(message)?.[1];
    logger.warn(
      { endpoint: withoutCredentials(endpoint), reason: reason || code },
      'Traces cannot be sent to the collector; they are dropped',
    );
  };
  diag.setLogger({ error, warn: ignore, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ERROR);
}

function withoutCredentials(endpoint: string): string {
  const url = new URL(endpoint);
  [url.username, url.password] = ['', ''];
  return url.href;
}
