import { parseArgs } from 'node:util';
import type { Figure } from './figures';
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
import { startUp } from './measurements/start-up';
import { line, loadNow, writeJson, writePage, type Run } from './report';
import { Stage } from './stage';

const MEASUREMENTS: Record<string, (stage: Stage) => Promise<Figure[]>> = {
  saturation,
  onboarding,
  overload,
  poolWhileHashing,
  processorTime,
  roundTrips,
  limiter,
  mailBacklog,
  webhookBacklog,
  eventsCost,
  startUp,
  accounts,
  purge,
  operatorsFiles,
  distinctPaths,
  clientAddresses,
};
const RESULTS = '.data/bench/results.json';
const PAGE = 'docs/performance.md';
const USAGE = `npm run bench -- [--full] [--write] [--only NAME]...
  --full    every round at full size (about half an hour); without it just under two minutes
  --write   puts the results into ${PAGE}
  --only    one of: ${Object.keys(MEASUREMENTS).join(', ')}\n`;

/** Measures, prints, and writes the results; a missed target is marked and is no failure, an error is. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: Object.keys(MEASUREMENTS) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const startedAt = new Date();
  const loadBefore = loadNow();
  const figures: Figure[] = [];
  const failures: string[] = [];
  const stage = await Stage.start(values.full);
  try {
    for (const name of values.only) {
      await measure(name, stage, figures, failures);
    }
  } finally {
    await stage.stop();
  }
  const seconds = (Date.now() - startedAt.getTime()) / 1_000;
  const run: Run = {
    full: values.full,
    measurements: values.only,
    startedAt,
    seconds,
    loadBefore,
    figures,
    failures,
  };
  writeJson(run, RESULTS);
  if (values.write) writePage(run, PAGE);
  process.stdout.write(`\n${Math.round(seconds)} s; results in ${RESULTS}\n`);
  return failures.length === 0 ? 0 : 1;
}

async function measure(name: string, stage: Stage, figures: Figure[], failures: string[]): Promise<void> {
  const measurement = MEASUREMENTS[name];
  if (measurement === undefined) throw new Error(`Nothing is called ${name}.\n${USAGE}`);
  process.stderr.write(process.stderr.isTTY ? `… ${name}\r` : '');
  try {
    for (const figure of await measurement(stage)) {
      figures.push(figure);
      process.stdout.write(`${line(figure)}\n`);
    }
  } catch (error) {
    failures.push(`${name}: ${(error as Error).message}`);
    process.stdout.write(`${name} failed: ${(error as Error).stack}\n`);
  }
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
