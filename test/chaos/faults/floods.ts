import { setTimeout as pause } from 'node:timers/promises';
import { spawnApp, type SpawnedApp } from '../../support/apps';
import { basic, Client } from '../../support/service';
import type { Observed } from '../report';
import type { Stage } from '../stage';
import { ms } from './outages';

const PASSWORD = 'SecurePass123';
/** The default cost, at which hashing is the resource that a flood can exhaust. */
const BCRYPT_COST = '12';
/** Requests that the clients of a flood send per second, together. */
const FLOOD_PER_SECOND = 25;
/** Other people who sign up during the flood, one after another, and how many of them must succeed. */
const SIGN_UPS = 20;
const SIGN_UPS_MIN = 19;
const SIGN_UP_INTERVAL_MS = 1_000;
/** Delay after the start of the flood before the first of them signs up. */
const LEAD_MS = 2_000;
/** Maximum number of unanswered requests of a flood: an attacker's capacity is limited, too. */
const IN_FLIGHT_MAX = 500;

export interface Flood {
  readonly of: 'activations' | 'sign-ups';
  readonly clients: number;
  readonly processes: number;
  /** Without limits, fairness depends on the hashing queue alone. */
  readonly limited: boolean;
}

export const FLOODS: readonly Flood[] = [
  { of: 'activations', clients: 1, processes: 1, limited: true },
  { of: 'activations', clients: 4, processes: 1, limited: true },
  { of: 'sign-ups', clients: 1, processes: 2, limited: true },
  { of: 'activations', clients: 4, processes: 2, limited: true },
  { of: 'activations', clients: 1, processes: 2, limited: false },
  { of: 'sign-ups', clients: 4, processes: 1, limited: false },
];

/** Some clients send as many requests as they can, each with a different address, while other people sign up. */
export async function flood(stage: Stage, { of, clients, processes, limited }: Flood): Promise<Observed> {
  const api = await spawnApp('api', {
    ...stage.env,
    BCRYPT_COST,
    WEB_CONCURRENCY: String(processes),
    ENABLE_RATE_LIMITING: String(limited),
    TRUST_PROXY: '127.0.0.1',
  });
  const attack = new Attack(api, of, clients);
  try {
    await pause(LEAD_MS);
    const signUps: Promise<{ status: number; tookMs: number }>[] = [];
    for (let index = 0; index < SIGN_UPS; index += 1) {
      signUps.push(signUp(api));
      await pause(SIGN_UP_INTERVAL_MS);
    }
    const answers = await Promise.all(signUps);
    const sent = await attack.stop();
    const succeeded = answers.filter(({ status }) => status === 201);
    const slowest = Math.max(...answers.map(({ tookMs }) => tookMs));
    return {
      promised: `${SIGN_UPS_MIN} of ${SIGN_UPS} sign-ups of others get 201`,
      seen: `${succeeded.length} of ${SIGN_UPS}, the slowest after ${ms(slowest)}; ${sent} requests of the flood`,
      recovery: null,
      broken:
        succeeded.length >= SIGN_UPS_MIN
          ? []
          : [`only ${succeeded.length} got 201: ${answers.map(({ status }) => status).join(' ')}`],
    };
  } finally {
    await attack.stop();
    await api.stop();
  }
}

let addresses = 0;
const freshAddress = (): string => `flood-${(addresses += 1)}-${process.pid}@example.com`;

let people = 0;

/** Each of the other people has a separate client address, in all floods. */
async function signUp(api: SpawnedApp): Promise<{ status: number; tookMs: number }> {
  people += 1;
  const from = { 'X-Forwarded-For': `198.18.${people >> 8}.${people & 0xff}` };
  const began = performance.now();
  const status = await statusOf(new Client(api.url).register(freshAddress(), PASSWORD, from));
  return { status, tookMs: performance.now() - began };
}

class Attack {
  private sent = 0;
  private stopped = false;
  private readonly inFlight = new Set<Promise<unknown>>();
  private readonly running: Promise<void>;

  constructor(
    private readonly api: SpawnedApp,
    private readonly of: Flood['of'],
    private readonly clients: number,
  ) {
    this.running = this.run();
  }

  /** @returns the number of requests sent */
  async stop(): Promise<number> {
    this.stopped = true;
    await this.running;
    await Promise.all(this.inFlight);
    return this.sent;
  }

  private async run(): Promise<void> {
    const began = performance.now();
    while (!this.stopped) {
      // Based on the clock, because timers are late on a busy machine.
      const due = ((performance.now() - began) / 1_000) * FLOOD_PER_SECOND;
      while (this.sent < due && this.inFlight.size < IN_FLIGHT_MAX) {
        const request = statusOf(this.send()).finally(() => this.inFlight.delete(request));
        this.inFlight.add(request);
      }
      await pause(1_000 / FLOOD_PER_SECOND);
    }
  }

  private send(): ReturnType<Client['post']> {
    this.sent += 1;
    const from = { 'X-Forwarded-For': `203.0.113.${(this.sent % this.clients) + 1}` };
    const client = new Client(this.api.url);
    const address = freshAddress();
    if (this.of === 'sign-ups') return client.register(address, PASSWORD, from);
    const code = { activation_code: '1234' };
    return client.post('/api/v1/users/activate', code, { ...basic(address, PASSWORD), ...from });
  }
}

const statusOf = (answer: Promise<{ status: number }>): Promise<number> =>
  answer.then(
    ({ status }) => status,
    () => 0,
  );
