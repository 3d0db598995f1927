import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import { Environment, parseEnvironment } from '@app/runtime';
import { PASSWORD_HASHER, PasswordHasher } from '@app/users';
import { answer, asked } from './program';

export interface PoolWhileHashing {
  readonly cost: number;
  readonly probes: number;
}

/** Reads a file's status while the queue of a hasher is full. */
async function main(): Promise<void> {
  const { cost, probes } = asked<PoolWhileHashing>();
  const environment = parseEnvironment({ BCRYPT_COST: String(cost) });
  const module = Test.createTestingModule({
    providers: [{ provide: Environment, useValue: environment }, PASSWORD_HASHER],
  });
  const hasher = (await (await module.compile()).init()).get<PasswordHasher>(PasswordHasher);
  let busy = true;
  const clients = Array.from({ length: 8 }, async () => {
    while (busy) await hasher.hash('SecurePass123');
  });
  const times: number[] = [];
  for (let probe = 0; probe < probes; probe += 1) {
    const began = performance.now();
    await stat(__filename);
    times.push(performance.now() - began);
    await pause(5);
  }
  busy = false;
  await Promise.all(clients);
  answer({ times });
}

void main();
