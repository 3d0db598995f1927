import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/**
 * Below the ports that Linux uses for outgoing connections and `listen(0)` (32768 to 60999), above the well-known
 * ones.
 */
const FIRST_PORT = 10_240;
const PORTS_PER_WORKER = 5_600;
const WORKERS = 4;

// Parallel Jest workers use separate shares; a random start separates two runs on one machine.
const firstOfShare = FIRST_PORT + (Number(process.env['JEST_WORKER_ID'] ?? 0) % WORKERS) * PORTS_PER_WORKER;
let next = Math.floor(Math.random() * PORTS_PER_WORKER);

/**
 * A port of the loopback interface on which no program is listening. The system does not give it to other programs
 * before the caller's program listens on it.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS_PER_WORKER; tried += 1) {
    next = (next + 1) % PORTS_PER_WORKER;
    const port = firstOfShare + next;
    if (await isFree(port)) return port;
  }
  throw new Error('No free port on the loopback interface');
}
