import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Service } from '../support/service';
import { until } from '../support/until';

/** Code of a registration runs in all rounds; code of a timer does not. */
const ROUNDS = 3;
const AFTER_ANSWER_MS = 30;

const WALK =
  /## One registration, file by file\n(.*?)\n## /s.exec(readFileSync('docs/architecture.md', 'utf8'))?.[1] ??
  '';

describe('The path of a registration', () => {
  let loaded: readonly string[];
  let files: readonly string[];

  beforeAll(async () => {
    ({ loaded, files } = await filesOfARegistration());
  });

  it('passes exactly the files that docs/architecture.md lists and counts', () => {
    expect(files.filter((file) => !WALK.includes(`${path.basename(file)}\``))).toEqual([]);
    const counts = [...WALK.matchAll(/^\| [^|]+ \|\s+(\d+) \|$/gm)].map(([, count]) => Number(count));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(files.length);
    expect(WALK).toContain(`They are ${files.length}.`);
  });

  it('loads packages from the bundle, except binaries and data', () => {
    const packages = loaded
      .filter((file) => file.startsWith('node_modules/'))
      .map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
    expect(loaded).toContain('dist/node_modules/dependencies.js');
    expect([...new Set(packages)].sort()).toEqual(['bcrypt', 'node-gyp-build', 'swagger-ui-dist']);
  });
});

/**
 * `files`: ours in which a function is called between a request and the moment after its 201, without `index.ts`.
 * `loaded`: all files of the api when it starts.
 */
async function filesOfARegistration(): Promise<{ loaded: string[]; files: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'files-that-ran-'));
  const report = path.join(folder, 'files.json');
  const service = await Service.startApi('one-node', {
    NODE_OPTIONS: `--require ${path.resolve('dist/test/support/record-files.js')}`,
    FILES_THAT_RAN: report,
    ENABLE_RATE_LIMITING: 'true',
    LOG_LEVEL: 'info',
  });
  const filesSince = async (): Promise<string[]> => {
    rmSync(report, { force: true });
    service.api.child.signal('SIGUSR2');
    await until('the files are written', async () => existsSync(report));
    return JSON.parse(readFileSync(report, 'utf8')) as string[];
  };
  try {
    const client = new Client(service.api.url);
    const loaded = await filesSince();
    const rounds: string[][] = [];
    // The first registration finds empty caches, and is ignored.
    for (let round = 0; round <= ROUNDS; round += 1) {
      await filesSince();
      const key = `registration ${round} of four`;
      const answer = await client.register(`person-${round}@example.com`, 'SecurePass123', {
        'Idempotency-Key': key,
      });
      expect(answer.status).toBe(201);
      await delay(AFTER_ANSWER_MS);
      const files = await filesSince();
      if (round > 0) rounds.push(files);
    }
    const [first = [], ...others] = rounds;
    const files = first
      .filter((file) => others.every((round) => round.includes(file)))
      .flatMap((file) => /^dist\/((?:apps|libs)\/.*)\.js$/.exec(file)?.[1] ?? [])
      .filter((file) => path.basename(file) !== 'index')
      .map((file) => `${file}.ts`);
    return { loaded, files };
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true });
  }
}
