import { parseArgs } from 'node:util';
import { checkoutOf } from './checkout';
import { comparedWithEarlier, joinRounds, type Figure } from './figures';
import { overload, poolWhileHashing, saturation } from './measurements/hashing';
import { processorTime } from './measurements/cpu';
import { eventsCost, webhookBacklog } from './measurements/events';
import { accounts, purge } from './measurements/growth';
import { clientAddresses, limiter } from './measurements/limiter';
import { mailBacklog } from './measurements/mail';
import { distinctPaths } from './measurements/paths';
import { onboarding } from './measurements/onboarding';
import { operatorsFiles } from './measurements/operator';
import { roundTrips } from './measurements/round-trips';
import { shedding } from './measurements/shedding';
import { startUp } from './measurements/start-up';
import { line, loadNow, writeJson, writePage, type Run } from './report';
import { Stage } from './stage';

type Measurement = (stage: Stage) => Promise<Figure[]>;

/** Measurements of the built programs, which also work for another checkout. */
const OF_PROGRAMS: Record<string, Measurement> = {
  saturation,
  onboarding,
  overload,
  shedding,
  processorTime,
  roundTrips,
  mailBacklog,
  webhookBacklog,
  eventsCost,
  startUp,
  distinctPaths,
};
/** Measurements of parts of the programs, inside the benchmark. */
const OF_PARTS: Record<string, Measurement> = {
  poolWhileHashing,
  limiter,
  accounts,
  purge,
  operatorsFiles,
  clientAddresses,
};
const MEASUREMENTS = { ...OF_PROGRAMS, ...OF_PARTS };
const RESULTS = '.data/bench/results.json';
const PAGE = 'docs/performance.md';
const USAGE = `npm run bench -- [--full] [--against COMMIT] [--write] [--only NAME]...
  --full     every round at full size (about half an hour); without it about two and a half minutes
  --against  builds an earlier commit and measures its programs in the same run, round by round in turns (three times as long)
  --write    puts the results into ${PAGE}
  --only     one of: ${Object.keys(MEASUREMENTS).join(', ')}\n`;

/** Measures, prints, and writes the results. A missed target is marked but is not a failure; an error is one. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      against: { type: 'string' },
      write: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: Object.keys(MEASUREMENTS) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const checkout = values.against === undefined ? null : checkoutOf(values.against);
  const startedAt = new Date();
  const loadBefore = loadNow();
  const figures: Figure[] = [];
  const failures: string[] = [];
  const rounds = values.full ? 7 : 3;
  // With an earlier commit each round is a separate run of the measurement, so that the two can alternate.
  const stage = await Stage.start(values.full, checkout === null ? rounds : 1);
  const earlier = checkout === null ? null : await stage.forCheckout(checkout.folder);
  try {
    for (const name of values.only) {
      await report(name, figures, failures, async (measurement) => {
        if (earlier === null || !(name in OF_PROGRAMS)) return await measurement(stage);
        return await inTurns(rounds, measurement, stage, earlier);
      });
    }
  } finally {
    await earlier?.close();
    await stage.stop();
  }
  const run: Run = {
    full: values.full,
    against: checkout?.commit ?? null,
    measurements: values.only,
    startedAt,
    seconds: (Date.now() - startedAt.getTime()) / 1_000,
    loadBefore,
    figures,
    failures,
  };
  writeJson(run, RESULTS);
  if (values.write) writePage(run, PAGE);
  process.stdout.write(`\n${Math.round(run.seconds)} s; results in ${RESULTS}\n`);
  return failures.length === 0 ? 0 : 1;
}

async function report(
  name: string,
  figures: Figure[],
  failures: string[],
  work: (measurement: Measurement) => Promise<Figure[]>,
): Promise<void> {
  const measurement = MEASUREMENTS[name];
  if (measurement === undefined) throw new Error(`Nothing is called ${name}.\n${USAGE}`);
  process.stderr.write(process.stderr.isTTY ? `… ${name}\r` : '');
  try {
    for (const figure of await work(measurement)) {
      figures.push(figure);
      process.stdout.write(`${line(figure)}\n`);
    }
  } catch (error) {
    failures.push(`${name}: ${(error as Error).message}`);
    process.stdout.write(`${name} failed: ${(error as Error).stack}\n`);
  }
}

/** One round of ours, one of the earlier commit, and so on, so that other load on the machine affects both. */
async function inTurns(
  rounds: number,
  measurement: Measurement,
  stage: Stage,
  earlier: Stage,
): Promise<Figure[]> {
  const ours: Figure[][] = [];
  const theirs: Figure[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await measurement(stage));
    theirs.push(await measurement(earlier));
  }
  return comparedWithEarlier(joinRounds(ours), joinRounds(theirs));
}

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  },
);
