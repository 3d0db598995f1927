import { endure } from './faults/outages';
import { POSTGRES_OUTAGES } from './faults/postgres';
import { REDIS_OUTAGES } from './faults/redis';
import { SMTP_OUTAGES } from './faults/smtp';
import { table, type Line, type Seen } from './report';
import { Stage } from './stage';

/** Longest one fault may take, in milliseconds. */
const FAULT_TIMEOUT_MS = 180_000;

describe('Faults, one after the other on one service', () => {
  const lines: Line[] = [];
  let stage: Stage | undefined;

  const record = (fault: string, seen: Seen): void => {
    lines.push({ fault, ...seen });
    expect(seen.broken).toEqual([]);
  };

  beforeAll(async () => {
    stage = await Stage.start();
  }, 60_000);
  afterAll(async () => {
    await stage?.stop();
    process.stdout.write(table(lines));
  }, 60_000);

  it.each([...POSTGRES_OUTAGES, ...REDIS_OUTAGES, ...SMTP_OUTAGES])(
    '$fault',
    async (outage) => record(outage.fault, await endure(stage as Stage, outage)),
    FAULT_TIMEOUT_MS,
  );
});
