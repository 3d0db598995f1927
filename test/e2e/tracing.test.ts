import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { freePort } from '../../tools/processes/ports';
import { Client, MODES, Service } from '../support/service';
import { until } from '../support/until';

interface ReceivedSpan {
  readonly traceId: string;
  readonly name: string;
  readonly attributes: unknown;
}

interface TraceExport {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: ReceivedSpan[] }[] }[];
}

/** A collector that records what it receives (OTLP over HTTP, JSON). */
async function startCollector(): Promise<{ url: string; spans: ReceivedSpan[]; server: Server }> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(body) as TraceExport;
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${port}`, spans, server };
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';

describe.each(MODES)('Tracing, %s', (mode) => {
  it('creates one trace from the request to the mail server, without personal data', async () => {
    const collector = await startCollector();
    const service = await Service.start(mode, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    try {
      const client = new Client(service.api.url);
      await client.register('traced@example.com', 'SecurePass123', {
        traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
      });
      const names = await until('the spans of the whole way', () => {
        const found = collector.spans.filter(({ traceId }) => traceId === TRACE).map(({ name }) => name);
        return found.includes('smtp send') && found.includes('POST /api/v1/users/register') && found;
      });
      expect(names).toEqual(
        expect.arrayContaining([
          'POST /api/v1/users/register',
          'postgresql insert',
          'mail process',
          'smtp send',
        ]),
      );
      expect(JSON.stringify(collector.spans)).not.toMatch(/traced@|SecurePass/);
      const line = await until('the worker knows the trace', () =>
        service.worker?.lines.find((each) => each.includes('"Mail sent"')),
      );
      expect(JSON.parse(line)).toMatchObject({ trace_id: TRACE });
    } finally {
      await service.stop();
      collector.server.closeAllConnections();
      collector.server.close();
    }
  });
});
