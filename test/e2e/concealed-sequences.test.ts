import fc from 'fast-check';
import { codeIn } from '../support/inbox';
import { advanceTime } from '../support/advance-time';
import { basic, Client, Service, type Answer } from '../support/service';
import { until } from '../support/until';

const OWNERS = 'SecurePass123';
const SEQUENCES = 40;
/** A busy machine runs fewer of them. */
const TIME_MS = 8_000;

interface Step {
  readonly does: 'register' | 'activate' | 'guess to the end' | 'ask for a code' | 'look' | 'delete' | 'wait';
  readonly password: string;
  readonly key: string | null;
  readonly seconds: number;
}

/** Requests of a stranger about one address, with the stranger's own passwords, in any order. */
const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom<Step['does'][]>(
    ...(['register', 'register', 'register', 'activate', 'guess to the end'] as const),
    ...(['ask for a code', 'look', 'delete', 'wait'] as const),
  ),
  password: fc.constantFrom('StrangersPass1', 'WrongPass123'),
  key: fc.constantFrom(null, 'key-one-of-three', 'key-two-of-three', 'key-three-of-three'),
  seconds: fc.constantFrom(5, 61, 600, 3_500, 3_700, 90_000),
});

/** These contain the clock, also in their length. */
const CLOCKED = /^(date|x-request-id|x-ratelimit-reset|ratelimit|retry-after|content-length)$/;
/** Steps per client address: a few, so that its limits are reached but do not end the sequence. */
const STEPS_PER_CLIENT = 5;

/** Values that are new in every response; here only whether they equal an earlier one. */
class Names {
  private readonly known = new Map<unknown, string>();

  of(value: unknown): string {
    const name = this.known.get(value) ?? `no. ${this.known.size}`;
    this.known.set(value, name);
    return name;
  }
}

describe('Concealed accounts', () => {
  let service: Service;
  let client: Client;
  let sequences = 0;

  beforeAll(async () => {
    service = await Service.start('one-node', {
      ...{ CONCEAL_REGISTERED_EMAILS: 'true', ENABLE_SELF_DELETION: 'true', ENABLE_RATE_LIMITING: 'true' },
      // The limit shared by all is never the strictest.
      ...{ RATE_LIMIT_CLIENT_PER_MINUTE: '1000', RATE_LIMIT_GLOBAL_PER_MINUTE: '100000' },
      ...{ RATE_LIMIT_REGISTRATION_PER_HOUR: '500', RATE_LIMIT_CREDENTIALS_PER_MINUTE: '500' },
      ...{ TRUST_PROXY: '127.0.0.1', PURGE_INTERVAL_SECONDS: '0' },
    });
    client = new Client(service.api.url);
  });
  afterAll(() => service.stop());

  async function activated(email: string): Promise<string> {
    await client.register(email, OWNERS);
    const code = codeIn(await service.inbox.mailTo(email));
    expect((await client.activate(email, OWNERS, code)).status).toBe(200);
    return email;
  }

  async function perform(email: string, { does, password, key }: Step, from: string): Promise<Answer> {
    const headers = { 'X-Forwarded-For': from, ...(key === null ? {} : { 'Idempotency-Key': key }) };
    const asThemselves = { ...basic(email, password), ...headers };
    switch (does) {
      case 'register':
        return await client.register(email, password, headers);
      case 'guess to the end':
        await client.activate(email, password, '00000', headers);
        await client.activate(email, password, '00000', headers);
        return await client.activate(email, password, '00000', headers);
      case 'ask for a code':
        return await client.newCode(email, password, headers);
      case 'look':
        return await client.get('/api/v1/users/me', asThemselves);
      case 'delete':
        return await client.send('DELETE', '/api/v1/users/me', asThemselves, null);
      default:
        return await client.activate(email, password, '00000', headers);
    }
  }

  /**
   * A response without the parts that always differ, and with ids and times replaced by whether they occurred before.
   */
  function seen(email: string, names: Names, { status, headers, body }: Answer): unknown {
    const {
      id,
      created_at,
      request_id: _id,
      retry_after_seconds: _seconds,
      ...rest
    } = JSON.parse(
      JSON.stringify(body).replaceAll(email, 'the address').replaceAll(String(body['created_at']), 'then'),
    ) as Answer['body'];
    const shown = [...headers].filter(([name]) => !CLOCKED.test(name));
    return { status, shown, id: names.of(id), at: names.of(body['created_at'] ?? created_at), rest };
  }

  it('are revealed by no sequence of requests that a stranger sends to a taken and to a free address', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (sequence) => {
        sequences += 1;
        const addresses = [
          await activated(`taken${sequences}@example.com`),
          `blank${sequences}@example.com`,
        ] as const;
        const names = [new Names(), new Names()] as const;
        for (const [index, each] of sequence.entries()) {
          if (each.does === 'wait') {
            await until('no mail is owed', async () => {
              const owed = await service.database.sql`select 1 from users where mail_due_at is not null`;
              return owed.length === 0;
            });
            await advanceTime(service.database.sql, each.seconds);
            continue;
          }
          const answers = [];
          for (const [n, email] of addresses.entries()) {
            const from = `10.${n}.${sequences}.${Math.floor(index / STEPS_PER_CLIENT)}`;
            answers.push(seen(email, names[n as 0 | 1], await perform(email, each, from)));
          }
          const [taken, free] = answers;
          expect(taken).toEqual(free);
        }
      }),
      { numRuns: SEQUENCES, interruptAfterTimeLimit: TIME_MS, endOnFailure: true },
    );
    expect(sequences).toBeGreaterThan(SEQUENCES / 8);
  }, 60_000);
});
