import { setTimeout as pause } from 'node:timers/promises';
import { crash, docker, eventually } from './engine';
import { healthy } from './stack';
import type { Stage } from './stage';

const FROZEN_MS = 4_000;
/** The engine restarts a container after 0.1 s, and doubles the wait after each further crash within a short time. */
const RECOVERED_WITHIN_SECONDS = 60;
const PARTS = ['postgres', 'redis', 'mailpit', 'api', 'mailer-worker'] as const;

export function describeFaults(stage: () => Stage): void {
  describe('a fault', () => {
    const works = async (): Promise<void> => {
      const api = await stage().url('nginx', 8080);
      await eventually(() => stage().onboard(api), RECOVERED_WITHIN_SECONDS);
    };
    /** Signs up while something is broken; resolves to the addresses that were promised a mail. */
    const registerMeanwhile = async (): Promise<string[]> => {
      const api = await stage().url('nginx', 8080);
      const tries = await Promise.allSettled(Array.from({ length: 5 }, () => stage().register(api)));
      return tries.flatMap((each) =>
        each.status === 'fulfilled' && each.value.status === 201 ? [each.value.email] : [],
      );
    };
    const expectPromisesKept = async (emails: readonly string[]): Promise<void> => {
      const api = await stage().url('nginx', 8080);
      for (const email of emails) expect(await stage().activate(api, email)).toBe(200);
    };

    it.each(PARTS)('is survived: %s is killed', async (part) => {
      const [id = ''] = await stage().containers(part);
      await crash(id);
      const promised = await registerMeanwhile();
      await healthy(id);
      await works();
      // The inbox keeps its mails in memory, so they are lost with its process.
      if (part !== 'mailpit') await expectPromisesKept(promised);
    });

    it.each(PARTS)('is survived: %s is frozen', async (part) => {
      const [id = ''] = await stage().containers(part);
      await docker('pause', id);
      const [promised] = await Promise.all([registerMeanwhile(), pause(FROZEN_MS)]).finally(() =>
        docker('unpause', id),
      );
      await works();
      await expectPromisesKept(promised);
    });

    it('is survived: the host reboots and everything starts in random order', async () => {
      const ids = await stage().containers(...PARTS);
      await crash(...ids);
      await Promise.all(ids.map(healthy));
      await works();
    });

    it('is survived: the disk of PostgreSQL is full', async () => {
      const fill = 'head -c 1G /dev/zero >/var/lib/postgresql/fill 2>/dev/null; true';
      const [postgres = ''] = await stage().containers('postgres');
      await docker('exec', '--user', '0', postgres, 'sh', '-c', fill);
      const promised = await registerMeanwhile();
      await docker(
        'run',
        '--rm',
        '--user',
        '0',
        '--volumes-from',
        postgres,
        '--entrypoint',
        'rm',
        'user-registration:test',
        '-f',
        '/var/lib/postgresql/fill',
      );
      await healthy(postgres);
      await works();
      await expectPromisesKept(promised);
    });
  });
}
