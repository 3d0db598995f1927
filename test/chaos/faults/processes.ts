import { setTimeout as pause } from 'node:timers/promises';
import { newConnections, processesOf, recoveryWithinMs, replaced } from '../../support/api-processes';
import { spawnApp } from '../../support/apps';
import type { Observed } from '../report';
import type { Stage } from '../stage';
import { ms } from './outages';

const PROCESSES = 2;
/** Time limit of a recovery, generous enough to measure it. */
const PATIENCE_MS = 30_000;
const REFUSED_MAX = 0.02;
/** Requests that one process was answering when it died. */
const IN_FLIGHT_EACH = 2;
/** Between two faults, in milliseconds. */
const REST_MS = 500;

export interface ProcessFault {
  readonly times: number;
  readonly signal: NodeJS.Signals;
  /** The affected processes. */
  readonly victims: (pids: number[]) => number[];
}

/** Breaks the processes behind one port repeatedly while new connections keep arriving. */
export async function breakProcesses(stage: Stage, fault: ProcessFault): Promise<Observed> {
  const launched = performance.now();
  const api = await spawnApp('api', { ...stage.env, WEB_CONCURRENCY: String(PROCESSES) });
  const withinMs = recoveryWithinMs(performance.now() - launched);
  const load = newConnections(api);
  const waits: number[] = [];
  let killed = 0;
  for (let time = 0; time < fault.times; time += 1) {
    const victims = fault.victims(processesOf(api));
    killed += victims.length;
    const began = performance.now();
    for (const pid of victims) process.kill(pid, fault.signal);
    await replaced(api, PROCESSES, victims, PATIENCE_MS);
    waits.push(performance.now() - began);
    await pause(REST_MS);
  }
  const { answered, refused } = await load.stop();
  const status = await api.stop();
  const slowest = Math.max(...waits);
  const allowed = REFUSED_MAX * (answered + refused) + IN_FLIGHT_EACH * killed;
  return {
    promised: `${PROCESSES} live within ${ms(withinMs)}, < 2 % refused in addition to those in flight`,
    seen: `${killed} killed or stopped, ${refused} of ${answered + refused} connections refused`,
    recovery: `processes ${ms(slowest)}`,
    broken: [
      ...(slowest > withinMs ? [`${PROCESSES} live only after ${ms(slowest)}`] : []),
      ...(refused > allowed ? [`${refused} refused, ${allowed.toFixed(0)} allowed`] : []),
      ...(status === 0 ? [] : [`exit ${status}`]),
    ],
  };
}
