import { Client } from '../../support/service';
import { codeIn } from '../../support/inbox';
import { until } from '../../support/until';
import type { Observed } from '../report';
import type { Stage } from '../stage';
import { ms } from './outages';

const PASSWORD = 'SecurePass123';
/** Maximum time until a mail of a killed worker is sent again, in milliseconds. */
const MAIL_AGAIN_MS = 20_000;
const PATIENCE_MS = 60_000;

/** Kills the api repeatedly under load right after a commit, every other time with a frozen Redis. */
export async function killApi(stage: Stage, times: number): Promise<Observed> {
  const load = stage.load();
  try {
    for (let kill = 0; kill < times; kill += 1) {
      const born = performance.now();
      await until('sign-ups work', () => load.acknowledgedAfter(born), PATIENCE_MS);
      if (kill % 2 === 0) await commitWithoutDoorbell(stage);
      await stage.replaceApi();
      stage.redis.resume();
    }
  } finally {
    stage.redis.resume();
    await load.stop();
  }
  const faults = await stage.ledger.settle(0);
  const acknowledged = load.signUps.filter(({ status }) => status === 201).length;
  const cut = load.signUps.filter(({ status }) => status === 0).map(({ email }) => email);
  const rows = await stage.sql<{ email: string }[]>`select email from users`;
  const committed = rows.filter(({ email }) => cut.includes(email));
  return {
    promised: 'nothing acknowledged lost, nothing sent twice',
    seen: `${acknowledged} acknowledged, ${cut.length} cut off, ${committed.length} of them committed and mailed`,
    recovery: null,
    broken: faults,
  };
}

/** Redis is frozen, so no worker learns of the committed row. */
async function commitWithoutDoorbell({ redis, sql }: Stage): Promise<void> {
  const count = async (): Promise<number> =>
    (await sql<{ count: number }[]>`select count(*)::int as count from users`)[0]?.count ?? 0;
  redis.pause();
  const before = await count();
  await until('a row is committed', async () => (await count()) > before);
}

/** Kills the worker while its mail is with a silent server, and then each time the server has accepted it. */
export async function killWorker(stage: Stage, times: number): Promise<Observed> {
  const email = `unlucky-${Date.now()}@example.com`;
  const client = new Client(stage.api.url);
  stage.inbox.freeze();
  await client.register(email, PASSWORD);
  await until('a worker is sending it', async () => {
    const [row] = await stage.sql<{ tries: number }[]>`
      select mail_attempts as tries from users where email = ${email}`;
    return (row?.tries ?? 0) > 0;
  });
  const waits: number[] = [];
  let kills = 1;
  const killed = performance.now();
  // Before the reply of the mail server is sent: the worker never learns that the mail was accepted.
  stage.inbox.mailbox.on('mail', killImmediately);
  await stage.replaceWorker();
  stage.inbox.thaw();
  let lastKill = killed;
  for (; kills <= times; kills += 1) {
    const arrival = await until(`copy ${kills}`, () => stage.ledger.mailsTo(email)[kills - 1], PATIENCE_MS);
    waits.push(arrival.at - lastKill);
    lastKill = arrival.at;
    if (kills === times) break;
    await stage.worker.child.exit();
    await stage.replaceWorker();
  }
  stage.inbox.mailbox.off('mail', killImmediately);

  function killImmediately(): void {
    if (kills < times) stage.worker.child.kill();
  }
  const faults = await stage.ledger.settle(times);
  const copies = stage.ledger.mailsTo(email).map(({ mail }) => mail);
  const newest = copies.at(-1);
  const activated =
    newest === undefined ? 0 : (await client.activate(email, PASSWORD, codeIn(newest))).status;
  const slowest = Math.max(...waits);
  return {
    promised: 'mail within 20 s of each, one copy a kill',
    seen: `${times} kills, ${copies.length} copies alike, its code ${activated === 200 ? 'works' : 'does not work'}`,
    recovery: `mail ${ms(slowest)}`,
    broken: [
      ...faults,
      ...(slowest > MAIL_AGAIN_MS ? [`the mail went out again only after ${ms(slowest)}`] : []),
      ...(copies.length > times ? [`${copies.length} copies after ${times} kills`] : []),
      ...(activated === 200 ? [] : [`its code was answered ${activated}`]),
    ],
  };
}
