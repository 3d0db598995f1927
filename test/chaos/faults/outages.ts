import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../support/until';
import type { Observed } from '../report';
import type { Stage } from '../stage';

/** A dependency that fails and recovers while people sign up. */
export interface Outage {
  readonly fault: string;
  readonly breaks: (stage: Stage) => unknown;
  readonly fixes: (stage: Stage) => unknown;
  /** Accounts can be created without it: no sign-up is refused during the outage. */
  readonly signUpsContinue: boolean;
  readonly lastsMs?: number;
  /** Maximum time until a mail to a new account arrives; longer if only a timeout can detect that something is dead. */
  readonly mailWithinMs?: number;
  /**
   * Maximum time of any mail after the response to its sign-up, including during the outage; not asserted if absent.
   */
  readonly eachMailWithinMs?: number;
  /** Allowed number of duplicate mails. */
  readonly extraCopiesMax?: number;
}

/** The promised two seconds, plus the hash and the load of a busy machine. */
const ANSWER_MS = 2_300;
const RECOVERY_MS = 5_000;
const OUTAGE_MS = 3_000;
/** Mails that one worker may be sending without being able to mark them as sent. */
const IN_FLIGHT_MAX = 10;
/** Concurrent sign-ups before the fault: more than the connections of a pool. */
const BURST = 15;
/** Longer than any promise, so that the result is a measured time and not a timeout. */
const PATIENCE_MS = 40_000;

export async function runOutage(stage: Stage, outage: Outage): Promise<Observed> {
  const mailWithinMs = outage.mailWithinMs ?? RECOVERY_MS;
  const load = stage.load();
  try {
    const before = performance.now();
    await until('sign-ups work', () => load.acknowledgedAfter(before));
    await load.burst(BURST);
    await outage.breaks(stage);
    await pause(outage.lastsMs ?? OUTAGE_MS);
    await outage.fixes(stage);
    const fixedAt = performance.now();
    const newcomer = await until('sign-ups work again', () => load.acknowledgedAfter(fixedAt), PATIENCE_MS);
    const mail = await until(
      'a newcomer gets a mail',
      () =>
        load.signUps
          .filter(({ status, startedAt }) => status === 201 && startedAt >= fixedAt)
          .flatMap(({ email }) => stage.ledger.mailsTo(email))[0],
      PATIENCE_MS,
    );
    await load.stop();
    const settling = performance.now();
    const faults = await stage.ledger.settle(outage.extraCopiesMax ?? IN_FLIGHT_MAX);
    const settledMs = performance.now() - settling;

    const slowestMs = Math.max(...load.signUps.map(({ startedAt, endedAt }) => endedAt - startedAt));
    const odd = load.signUps.filter(
      ({ status }) => status !== 201 && (outage.signUpsContinue || status !== 503),
    );
    const recoveredMs = newcomer.endedAt - fixedAt;
    const mailedMs = mail.at - fixedAt;
    const acknowledged = load.signUps.filter(({ status }) => status === 201);
    const lateness = acknowledged.flatMap(({ email, endedAt }) =>
      stage.ledger
        .mailsTo(email)
        .slice(0, 1)
        .map(({ at }) => at - endedAt),
    );
    const latestMs = Math.max(0, ...lateness);
    const broken = [
      ...faults,
      ...odd.map(({ email, status }) => `${email} was answered ${status}`),
      ...(slowestMs > ANSWER_MS ? [`an answer took ${ms(slowestMs)}`] : []),
      ...(recoveredMs > RECOVERY_MS ? [`sign-ups worked again only after ${ms(recoveredMs)}`] : []),
      ...(mailedMs > mailWithinMs ? [`mails went out again only after ${ms(mailedMs)}`] : []),
      ...(latestMs > (outage.eachMailWithinMs ?? Infinity) ? [`a mail took ${ms(latestMs)}`] : []),
      ...[stage.api, stage.worker]
        .filter(({ child }) => !child.running)
        .map(({ child }) => `${child.name} died: ${child.tail.slice(-3).join(' | ')}`),
    ];
    return {
      promised: outage.signUpsContinue ? 'sign-ups continue; no mail lost' : '503 within 2 s; nothing lost',
      seen: `${acknowledged.length} acknowledged, ${load.signUps.length - acknowledged.length} refused, slowest ${ms(slowestMs)}`,
      recovery: `sign-up ${ms(recoveredMs)}, mail ${ms(mailedMs)}, all mails ${ms(settledMs)}, latest mail ${ms(latestMs)}`,
      broken,
    };
  } finally {
    await load.stop();
  }
}

export const ms = (value: number): string => `${Math.round(value)} ms`;
