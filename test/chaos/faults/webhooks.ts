import { until } from '../../support/until';
import { answers, CLOSES_EARLY, STAYS_SILENT, ACCEPTS, type Answering } from '../../support/webhook-receiver';
import type { Observed } from '../report';
import type { Stage } from '../stage';
import { ms, type Outage } from './outages';

const PATIENCE_MS = 60_000;

const receiverThat = (fault: string, answering: Answering): Outage => ({
  fault: `webhook receiver ${fault}`,
  breaks: ({ receiver }) => (receiver.answering = answering),
  fixes: ({ receiver }) => (receiver.answering = ACCEPTS),
  signUpsContinue: true,
});

export const WEBHOOK_OUTAGES: readonly Outage[] = [
  {
    fault: 'webhook receiver down',
    breaks: ({ receiver }) => receiver.down(),
    fixes: ({ receiver }) => receiver.up(),
    signUpsContinue: true,
  },
  receiverThat('answering 500', answers(500)),
  receiverThat('answering 429 with Retry-After', answers(429, { 'Retry-After': '2' })),
  receiverThat('answering 301', answers(301, { Location: '/elsewhere' })),
  receiverThat('closing early', CLOSES_EARLY),
  receiverThat('silent', STAYS_SILENT),
];

/** Kills the worker each time the receiver has an event and has not responded yet. */
export async function killWorkerWhileItDelivers(stage: Stage, times: number): Promise<Observed> {
  const { receiver } = stage;
  const load = stage.load();
  let slowestMs = 0;
  try {
    for (let kill = 0; kill < times; kill += 1) {
      const before = receiver.attempts.length;
      receiver.answering = STAYS_SILENT;
      await until('an event is being delivered', () => receiver.attempts.length > before, PATIENCE_MS);
      const cut = receiver.attempts.at(-1)?.id ?? '';
      await stage.replaceWorker();
      receiver.answering = ACCEPTS;
      const killedAt = performance.now();
      const isTaken = () => receiver.attemptsOf(cut).some(({ taken }) => taken);
      await until('it is delivered all the same', isTaken, PATIENCE_MS);
      slowestMs = Math.max(slowestMs, performance.now() - killedAt);
    }
  } finally {
    receiver.answering = ACCEPTS;
    await load.stop();
  }
  // Mails that a killed worker had handed over are sent once more.
  const broken = await stage.ledger.settle(times * 10);
  const ids = new Set(receiver.taken.map(({ id }) => id));
  return {
    promised: 'every event delivered, with its id',
    seen: `${times} kills, ${ids.size} events received, ${receiver.taken.length - ids.size} of them twice`,
    recovery: `event ${ms(slowestMs)}`,
    broken,
  };
}
