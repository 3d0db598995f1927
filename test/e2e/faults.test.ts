import { killApi } from '../chaos/faults/kills';
import { runOutage } from '../chaos/faults/outages';
import { POSTGRES_OUTAGES } from '../chaos/faults/postgres';
import { REDIS_OUTAGES } from '../chaos/faults/redis';
import { stopApi } from '../chaos/faults/shutdown';
import { Stage } from '../chaos/stage';

/** The short form of `npm run chaos`: the most different faults, each for a second. */
describe('Faults', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.start();
  }, 60_000);
  afterAll(() => stage.stop(), 60_000);

  // PostgreSQL last: the api may use a connection that closes a second after the fault, and may answer 503 for it.
  const outages = [...REDIS_OUTAGES, ...POSTGRES_OUTAGES].filter(({ fault }) =>
    [
      'PostgreSQL behind a black hole',
      'PostgreSQL ending every connection again and again',
      'Redis killed',
    ].includes(fault),
  );

  it.each(outages)(
    'loses nothing to this, and recovers: $fault',
    async (outage) => {
      const { broken } = await runOutage(stage, { ...outage, lastsMs: 1_000 });
      expect(broken).toEqual([]);
    },
    90_000,
  );

  it.each([
    ['the api is killed, between the commit and the queue too', (on: Stage) => killApi(on, 2)],
    ['the api is asked to end with requests in flight', stopApi],
  ])(
    'keeps its promises when %s',
    async (_what, run) => {
      const { broken } = await run(stage);
      expect(broken).toEqual([]);
    },
    90_000,
  );
});
