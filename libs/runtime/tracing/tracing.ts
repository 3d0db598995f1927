import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
} from '@opentelemetry/api';

export { SpanKind, type Span };

const tracer = () => trace.getTracer('user-registration');

/**
 * Runs the work in its own span. Without a configured exporter this is the API's no-op. Every reader of traces sees
 * attributes, so they must not contain personal data.
 */
export function traced<T>(
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer().startActiveSpan(name, { kind, attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      // Only the name: messages of drivers and servers repeat their input.
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', (error as Error).name);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Runs the work in a span that another caller ends, as a child of the context in the carrier (such as headers). */
export function underRemote<T>(
  carrier: Readonly<Record<string, unknown>>,
  name: string,
  kind: SpanKind,
  work: (span: Span) => T,
): T {
  const parent = propagation.extract(context.active(), carrier);
  const span = tracer().startSpan(name, { kind }, parent);
  return context.with(trace.setSpan(parent, span), () => work(span));
}

/** The active trace as a W3C `traceparent`, to store with work that continues later; null if nothing is traced. */
export function traceParent(): string | null {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'] ?? null;
}

/** Runs the work as a part of the trace in a `traceparent`. */
export function continuing<T>(parent: string | null, work: () => T): T {
  if (parent === null) return work();
  return context.with(propagation.extract(context.active(), { traceparent: parent }), work);
}

/** Id of the active trace, for log lines. */
export function traceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
