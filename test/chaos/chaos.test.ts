import { TestRedisCluster, TestRedisSentinels } from '../support/redis-topologies';
import { shiftClocks } from './faults/clocks';
import { flood, FLOODS } from './faults/floods';
import { killApi, killWorker } from './faults/kills';
import { migrateConcurrently, migrateUnderLoad } from './faults/migrations';
import { runOutage } from './faults/outages';
import { poolTransactions } from './faults/pgbouncer';
import { failOverPostgres } from './faults/postgres-failover';
import { POSTGRES_OUTAGES } from './faults/postgres';
import { refuse, REFUSALS } from './faults/refusals';
import { breakProcesses } from './faults/processes';
import { neverRead } from './faults/readers';
import { failOverRedis } from './faults/redis-failover';
import { REDIS_OUTAGES } from './faults/redis';
import { stopApi, stopTwice, stopWorker } from './faults/shutdown';
import { refusePermanently, SMTP_OUTAGES } from './faults/smtp';
import { killWorkerWhileItDelivers, WEBHOOK_OUTAGES } from './faults/webhooks';
import { table, type Line, type Observed } from './report';
import { Stage } from './stage';

/** Time limit of one fault, in milliseconds. */
const FAULT_TIMEOUT_MS = 240_000;

const FAULTS: readonly { fault: string; run: (stage: Stage) => Promise<Observed> }[] = [
  ...[...POSTGRES_OUTAGES, ...REDIS_OUTAGES, ...SMTP_OUTAGES, ...WEBHOOK_OUTAGES].map((outage) => ({
    fault: outage.fault,
    run: (stage: Stage) => runOutage(stage, outage),
  })),
  ...REFUSALS.map((refusal) => ({ fault: refusal.fault, run: () => refuse(refusal) })),
  { fault: 'PostgreSQL failed over', run: () => failOverPostgres('killed') },
  { fault: 'PostgreSQL switched over', run: () => failOverPostgres('demoted') },
  { fault: 'PgBouncer between, PostgreSQL restarted', run: poolTransactions },
  ...(['limits', 'doorbell'] as const).map((lost) => ({
    fault: `Redis cluster: node of the ${lost} failed over`,
    run: () => failOverRedis(() => TestRedisCluster.start({ replicas: true }), lost),
  })),
  {
    fault: 'Redis sentinels failed over',
    run: () => failOverRedis(() => TestRedisSentinels.start(), 'limits'),
  },
  { fault: 'SMTP refusing permanently', run: refusePermanently },
  { fault: 'api killed 20 times', run: (stage) => killApi(stage, 20) },
  {
    fault: 'one of two api processes killed, 10 times',
    run: (stage) =>
      breakProcesses(stage, { times: 10, signal: 'SIGKILL', victims: (pids) => pids.slice(0, 1) }),
  },
  {
    fault: 'both api processes killed, 3 times',
    run: (stage) => breakProcesses(stage, { times: 3, signal: 'SIGKILL', victims: (pids) => pids }),
  },
  {
    fault: 'both api processes stopped, 5 times',
    run: (stage) => breakProcesses(stage, { times: 5, signal: 'SIGSTOP', victims: (pids) => pids }),
  },
  { fault: 'clients that pipeline and do not read, or stop half-way', run: neverRead },
  ...FLOODS.map((each) => ({
    fault: `${each.clients} flooding with ${each.of}, processes: ${each.processes}, limits: ${each.limited ? 'on' : 'off'}`,
    run: (stage: Stage) => flood(stage, each),
  })),
  { fault: 'worker killed 5 times', run: (stage) => killWorker(stage, 5) },
  {
    fault: 'worker killed 5 times while it delivers events',
    run: (stage) => killWorkerWhileItDelivers(stage, 5),
  },
  { fault: 'SIGTERM to the api', run: stopApi },
  { fault: 'SIGTERM to the worker', run: stopWorker },
  { fault: 'SIGTERM twice', run: stopTwice },
  { fault: 'concurrent migrations', run: migrateConcurrently },
  { fault: 'migration under load', run: migrateUnderLoad },
  { fault: 'clocks ten minutes apart', run: shiftClocks },
];

describe('Faults, one after another on one service', () => {
  const lines: Line[] = [];
  let stage: Stage | undefined;

  beforeAll(async () => {
    stage = await Stage.start();
  }, 60_000);
  afterAll(async () => {
    await stage?.stop();
    // Not with the console, because Jest adds the location of the call.
    process.stdout.write(table(lines));
  }, 60_000);

  it.each(FAULTS)(
    '$fault',
    async ({ fault, run }) => {
      const seen = await run(stage as Stage).catch((error: unknown): Observed => {
        const broken = [(error as Error).message];
        return { promised: '', seen: 'it never worked again', recovery: null, broken };
      });
      lines.push({ fault, ...seen });
      process.stderr.write(`${seen.broken.length === 0 ? 'kept' : 'BROKEN'}  ${fault}\n`);
      expect(seen.broken).toEqual([]);
    },
    FAULT_TIMEOUT_MS,
  );
});
