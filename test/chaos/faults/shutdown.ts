import { spawnApp } from '../../support/apps';
import { Client, tally } from '../../support/service';
import { until } from '../../support/until';
import type { Observed } from '../report';
import type { Stage } from '../stage';
import { ms } from './outages';

const PASSWORD = 'SecurePass123';
/** Requests in flight when the signal comes: as many as the hashing queue takes. */
const IN_FLIGHT = 12;
const EXIT_WITHIN_MS = 10_000;
const IMMEDIATE_MS = 500;

let rounds = 0;
const guests = (): string[] => {
  rounds += 1;
  return Array.from({ length: IN_FLIGHT }, (_, index) => `leaving-${rounds}-${index}@example.com`);
};

/** SIGTERM during the hashing of sign-ups: each is answered, then the process exits. */
export async function stopApi(stage: Stage): Promise<Observed> {
  const { child, url } = await spawnApp('api', { ...stage.env, BCRYPT_COST: '11' });
  const client = new Client(url);
  const answers = guests().map((email) => client.register(email, PASSWORD));
  await Promise.race(answers);
  const signalled = performance.now();
  const status = await child.stop(EXIT_WITHIN_MS);
  const tookMs = performance.now() - signalled;
  const results = await Promise.allSettled(answers);
  const answered = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const odd = answered.filter(({ status }) => status !== 201 && status !== 503).length;
  const faults = await stage.ledger.settle(0);
  return {
    promised: 'all in flight answered, exit 0',
    seen: `${IN_FLIGHT} in flight: ${JSON.stringify(tally(answered))}, exit ${status} after ${ms(tookMs)}`,
    recovery: null,
    broken: [
      ...faults,
      ...(answered.length < IN_FLIGHT
        ? [`${IN_FLIGHT - answered.length} requests in flight were reset`]
        : []),
      ...(odd > 0 ? [`${odd} odd answers`] : []),
      ...(status === 0 ? [] : [`exit ${status}`]),
    ],
  };
}

/** SIGTERM while a slow server is receiving a mail: the mail is finished, once. */
export async function stopWorker(stage: Stage): Promise<Observed> {
  const email = await mailBeingSent(stage);
  const { child } = stage.worker;
  child.signal('SIGTERM');
  await until('it is shutting down', () => stage.worker.lines.some((line) => line.includes('Shutting down')));
  stage.toInbox.thaw();
  const signalled = performance.now();
  const status = await child.stop(EXIT_WITHIN_MS, 'SIGCONT');
  const tookMs = performance.now() - signalled;
  const [row] = await stage.sql`select email from users where email = ${email} and mail_sent_at is not null`;
  stage.worker = await spawnApp('mailer-worker', stage.env);
  const faults = await stage.ledger.settle(0);
  return {
    promised: 'the mail in flight finished, exit 0',
    seen: `${stage.ledger.mailsTo(email).length} mail, exit ${status} after ${ms(tookMs)}`,
    recovery: null,
    broken: [
      ...faults,
      ...(row === undefined ? ['the mail in flight was left'] : []),
      ...(status === 0 ? [] : [`exit ${status}`]),
    ],
  };
}

/** A second signal ends either app immediately, whatever it is waiting for. */
export async function stopTwice(stage: Stage): Promise<Observed> {
  const api = await spawnApp('api', { ...stage.env, BCRYPT_COST: '12' });
  const hanging = guests().map((email) => new Client(api.url).register(email, PASSWORD));
  void Promise.allSettled(hanging);
  await mailBeingSent(stage);
  const took: number[] = [];
  const statuses: number[] = [];
  for (const app of [api, stage.worker]) {
    app.child.signal('SIGTERM');
    await until('it is shutting down', () => app.lines.some((line) => line.includes('Shutting down')));
    const signalled = performance.now();
    statuses.push(await app.child.stop(EXIT_WITHIN_MS));
    took.push(performance.now() - signalled);
  }
  stage.toInbox.thaw();
  stage.worker = await spawnApp('mailer-worker', stage.env);
  const faults = await stage.ledger.settle(2);
  const slowest = Math.max(...took);
  return {
    promised: 'a second signal ends it immediately',
    seen: `exit ${statuses.join(' and ')}, the slower after ${ms(slowest)}`,
    recovery: null,
    broken: [...faults, ...(slowest > IMMEDIATE_MS ? [`it took ${ms(slowest)}`] : [])],
  };
}

/** Resolves to the address of a mail that the worker is sending to a silent server. */
async function mailBeingSent(stage: Stage): Promise<string> {
  const [email = ''] = guests();
  stage.toInbox.freeze();
  await new Client(stage.api.url).register(email, PASSWORD);
  await until('a worker is sending it', async () => {
    const [row] = await stage.sql`select email from users where email = ${email} and mail_attempts > 0`;
    return row !== undefined;
  });
  return email;
}
