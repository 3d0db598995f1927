import { compare, hash } from 'bcrypt';
import { startThreadPool } from '@app/runtime';
import { steadyRate } from '../figures';
import { answer, asked } from './program';

export interface BareBcrypt {
  readonly work: 'hash' | 'compare';
  readonly cost: number;
  readonly count: number;
  readonly concurrency: number;
}

export interface BcryptTimes {
  readonly perSecond: number;
  /** Duration of each hash, in milliseconds. */
  readonly times: readonly number[];
  /** Processor time of one hash, in milliseconds. */
  readonly cpuMs: number;
}

/** bcrypt and nothing else: the upper limit for sign-ups and activations. */
async function main(): Promise<void> {
  const { work, cost, count, concurrency } = asked<BareBcrypt>();
  // With the priority that hashing has in the service, so that other load affects both equally.
  startThreadPool();
  const stored = await hash('SecurePass123', cost);
  const times: number[] = [];
  const endedAt: number[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      await (work === 'hash' ? hash('SecurePass123', cost) : compare('SecurePass123', stored));
      endedAt.push(performance.now());
      times.push(performance.now() - started);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const { user, system } = process.cpuUsage(before);
  const result: BcryptTimes = {
    perSecond: steadyRate(endedAt, concurrency),
    times,
    cpuMs: (user + system) / 1_000 / count,
  };
  answer(result);
}

void main();
