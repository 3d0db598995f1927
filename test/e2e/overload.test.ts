import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { startAppsAsShipped } from '../support/apps';
import { Client, Service, tally } from '../support/service';

startAppsAsShipped();

const PASSWORD = 'SecurePass123';
/** More than the queue has places for one client, at a cost that keeps it full for a while. */
const FLOOD = 30;
const LATER = 10;

let service: Service;

beforeAll(async () => {
  service = await Service.startApi('one-node', { BCRYPT_COST: '13' });
});
afterAll(() => service.stop());

describe('A flood of sign-ups', () => {
  it('gets 201 or 503, and a request to a full queue is refused with a short log line', async () => {
    const client = new Client(service.api.url);
    const flood = Array.from({ length: FLOOD }, (_, index) =>
      client.register(`flood-${index}@example.com`, PASSWORD),
    );
    await Promise.race(flood);
    const later = await Promise.all(
      Array.from({ length: LATER }, (_, index) => client.register(`later-${index}@example.com`, PASSWORD)),
    );
    const all = [...(await Promise.all(flood)), ...later];
    const counts = tally(all);
    expect((counts[201] ?? 0) + (counts[503] ?? 0)).toBe(FLOOD + LATER);
    expect(counts[201]).toBeGreaterThan(0);
    expect(counts[503]).toBeGreaterThan(0);
    const short = service.api.lines.filter((line) => line.includes('"shed"'));
    expect(short.length).toBeGreaterThan(0);
    expect(short.length).toBeLessThanOrEqual(counts[503] ?? 0);
  }, 60_000);
});

describe('The hashing threads', () => {
  it('are two more than the cores, and on Linux each of them gives way to the event loop', () => {
    const lowered = nicenessOfThreads(Number(service.api.child.pid)).filter((niceness) => niceness > 0);
    expect(lowered).toEqual(process.platform === 'linux' ? Array(availableParallelism() + 2).fill(5) : []);
  });
});

/** Field 19 of `/proc/PID/task/TID/stat`, counted after the name. Source: proc(5). */
function nicenessOfThreads(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}
