import fc from 'fast-check';
import { checkAnswer, type Received } from '../support/document';
import { ENCODED_LOCAL_PART, hostileRequest, LOCAL_PART, SECRET } from '../support/hostile-requests';
import { exchange, type RawRequest } from '../support/raw-http';
import { Client, Service } from '../support/service';

const BATCHES = 80;
/** Number of concurrent requests. */
const BATCH = 20;
/** A busy machine sends fewer of them, but at least a quarter. */
const TIME_MS = 12_000;

/** It never became a request, so it is not the response of an operation. */
const isUnreadable = ({ status, text }: Received): boolean =>
  [408, 431].includes(status) || text.includes('not a valid HTTP request');

describe('A service that receives random input', () => {
  let service: Service;
  const statuses: Record<number, number> = {};

  beforeAll(async () => {
    service = await Service.start('one-node');
  });
  afterAll(() => service.stop());

  it('responds as documented and keeps running', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileRequest, { minLength: BATCH, maxLength: BATCH }), async (batch) => {
        await Promise.all(
          batch.map(async (request) => check(request, await exchange(service.api.port, request))),
        );
      }),
      { numRuns: BATCHES, interruptAfterTimeLimit: TIME_MS },
    );
    const sent = Object.values(statuses).reduce((sum, count) => sum + count, 0);
    expect(sent).toBeGreaterThan((BATCHES * BATCH) / 4);
    expect((await new Client(service.api.url).get('/livez')).status).toBe(200);
    // The requests reached every part of the api; otherwise the test would prove little.
    expect(Object.keys(statuses)).toEqual(
      expect.arrayContaining(['200', '201', '400', '401', '404', '409', '415']),
    );
  });

  it('writes no private part of it to its log', () => {
    const log = [...service.api.lines, ...(service.worker?.lines ?? [])].join('\n');
    expect(log).toContain('"route":"/api/v1/users/register"');
    for (const secret of [SECRET, LOCAL_PART, ENCODED_LOCAL_PART]) expect(log).not.toContain(secret);
  });

  function check(request: RawRequest, answer: Received | null): void {
    const sent = JSON.stringify(request);
    if (answer === null) throw new Error(`not answered: ${sent}`);
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    if (answer.status >= 500 && answer.status !== 503) throw new Error(`${blame(answer)}\n${sent}`);
    if (!isUnreadable(answer)) checkAnswer(request.method, request.target, answer);
    else if (answer.headers.get('content-type') !== 'application/problem+json') throw new Error(sent);
  }

  /** The log lines about it. */
  function blame({ headers, text }: Received): string {
    const id = headers.get('x-request-id') ?? 'none';
    return [text, ...service.api.lines.filter((line) => line.includes(id))].join('\n');
  }
});
