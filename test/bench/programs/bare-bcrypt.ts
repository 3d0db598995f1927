import { compare, hash } from 'bcrypt';
import { steadyRate } from '../figures';
import { answer, asked } from './program';

export interface BareBcrypt {
  readonly work: 'hash' | 'compare';
  readonly cost: number;
  readonly count: number;
  readonly atOnce: number;
}

/** bcrypt and nothing else: the ceiling of every sign-up and activation. */
async function main(): Promise<void> {
  const { work, cost, count, atOnce } = asked<BareBcrypt>();
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
  await Promise.all(Array.from({ length: atOnce }, worker));
  answer({ perSecond: steadyRate(endedAt, atOnce), times });
}

void main();
