import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { validate } from 'dockerfile-utils';
import { freePort } from '../../tools/processes/ports';
import { isPinned, read, ROOT, sourceOf } from './files';

const dockerfile = read('Dockerfile');
const instructions = dockerfile
  .replace(/\\\n/g, ' ')
  .replace(/^#.*\n/gm, '')
  .split('\n')
  .filter(Boolean);
const argumentsOf = (name: string): string[] =>
  instructions.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

const defaultOf = (name: string): string =>
  argumentsOf('ARG')
    .find((each) => each.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? '?';

async function run(script: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn(process.execPath, [path.join(ROOT, script), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
  });
  const [status] = (await once(child, 'close')) as [number];
  return status;
}

describe('the image', () => {
  it('has no faults that a linter finds', () => {
    expect(
      validate(dockerfile, {}).map(
        ({ message, range }) => `${range.start.line + 1}: ${JSON.stringify(message)}`,
      ),
    ).toEqual([]);
  });

  it('is based on one pinned image', () => {
    const stages = new Set(argumentsOf('FROM').map((from) => / AS (\w+)/.exec(from)?.[1]));
    const bases = argumentsOf('FROM')
      .map((from) =>
        (from.split(' ')[0] ?? '').replace(/^\$\{(\w+)\}$/, (_whole, name: string) => defaultOf(name)),
      )
      // `scratch` is no image: the stage starts empty.
      .filter((base) => !stages.has(base) && base !== 'scratch');
    expect(new Set(bases).size).toBe(1);
    expect(bases.filter((base) => !isPinned(base))).toEqual([]);
  });

  it('needs no frontend from a registry', () => {
    expect(dockerfile).not.toMatch(/^#\s*(syntax|check)\s*=/m);
  });

  it('runs as a user other than root, and reports its health', () => {
    expect(argumentsOf('USER').at(-1)).toBe('1000:1000');
    expect(argumentsOf('HEALTHCHECK').at(-1)).toMatch(/CMD \["node", "healthcheck\.mjs"\]$/);
  });

  it('starts existing programs, with node as process 1', () => {
    expect(argumentsOf('ENTRYPOINT')).toEqual(['["node"]']);
    const [program = ''] = JSON.parse(argumentsOf('CMD').at(-1) ?? '[]') as string[];
    expect(existsSync(path.join(ROOT, sourceOf(program)))).toBe(true);
  });

  it('copies only what exists and .dockerignore allows', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = argumentsOf('COPY')
      .filter((copy) => !copy.startsWith('--from'))
      .flatMap((copy) => copy.split(' ').slice(0, -1));
    for (const source of copied) {
      expect(existsSync(path.join(ROOT, source))).toBe(true);
      expect(allowed.some((name) => source === name || source.startsWith(`${name}/`))).toBe(true);
    }
  });
});

describe('its health check', () => {
  let status = 200;
  let asked: string[] = [];
  let server: Server;
  let port: string;
  let silent: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(status).end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = String((server.address() as AddressInfo).port);
    silent = String(await freePort());
  });
  beforeEach(() => {
    status = 200;
    asked = [];
  });
  afterAll(() => server.close());

  it('passes when the api or the worker answers', async () => {
    expect(await run('deploy/healthcheck.mjs', [], { API_PORT: port, WORKER_PORT: silent })).toBe(0);
    expect(await run('deploy/healthcheck.mjs', [], { API_PORT: silent, WORKER_PORT: port })).toBe(0);
    expect(asked).toEqual(['/livez', '/livez']);
  });

  it('uses another probe when asked', async () => {
    expect(await run('deploy/healthcheck.mjs', ['/readyz'], { API_PORT: port, WORKER_PORT: silent })).toBe(0);
    expect(asked).toEqual(['/readyz']);
  });

  it('fails when the answer is negative or missing', async () => {
    status = 503;
    expect(await run('deploy/healthcheck.mjs', [], { API_PORT: port, WORKER_PORT: silent })).toBe(1);
    expect(await run('deploy/healthcheck.mjs', [], { API_PORT: silent, WORKER_PORT: silent })).toBe(1);
  });
});

describe('the secrets of the compose stack', () => {
  it('are generated once, long and readable only by their user', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
    try {
      const look = (): string[] =>
        ['secret_key', 'database_password'].map((name) => {
          expect(statSync(path.join(folder, name)).mode & 0o007).toBe(0);
          return readFileSync(path.join(folder, name), 'utf8');
        });
      expect(await run('deploy/compose/make-secrets.mjs', [folder])).toBe(0);
      const first = look();
      expect(first.every((secret) => /^[\w-]{64}$/.test(secret))).toBe(true);
      expect(new Set(first).size).toBe(2);
      expect(await run('deploy/compose/make-secrets.mjs', [folder])).toBe(0);
      expect(look()).toEqual(first);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
