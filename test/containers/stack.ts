import { setTimeout as pause } from 'node:timers/promises';
import { docker, eventually } from './engine';
import { DOT_ENV, type Stage } from './stage';

/** 4 s instead of 28 s on an idle machine with two cores. */
const SECOND_START_SHARE_MAX = 0.5;
const HEALTHY_WITHIN_SECONDS = 90;
const CLIENTS = 4;
/** The proxy resolves the name every second; a returned replica must be among the addresses. */
const NOTICED_MS = 3_000;

export function describeStack(stage: () => Stage): void {
  describe('the stack', () => {
    let firstSeconds = 0;

    it('is healthy after one command, starting from nothing', async () => {
      firstSeconds = await stage().up();
      const states = await stage().compose(
        'ps',
        '--all',
        '--format',
        '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}',
      );
      const wrong = states
        .split('\n')
        .filter((line) => !/ running (healthy)? ?0$|^(secrets|migrate) exited\s+0$/.test(line));
      expect(wrong).toEqual([]);
    });

    it('restarts nothing when it is started a second time', async () => {
      const running = async (): Promise<string> => {
        const ids = await stage().containers('api', 'mailer-worker', 'postgres', 'redis', 'mailpit', 'nginx');
        return docker('inspect', '--format', '{{.Id}} {{.State.StartedAt}}', ...ids);
      };
      const before = await running();
      const seconds = await stage().up();
      expect(await running()).toBe(before);
      expect(seconds / firstSeconds).toBeLessThan(SECOND_START_SHARE_MAX);
    });

    it('passes .env to the programs', async () => {
      for (const service of ['api', 'mailer-worker']) {
        const seen = await stage().compose(
          'exec',
          '-T',
          service,
          'node',
          '-p',
          'JSON.stringify(process.env)',
        );
        expect(JSON.parse(seen)).toMatchObject(
          Object.fromEntries(Object.entries(DOT_ENV).filter(([name]) => name !== 'VERSION')),
        );
      }
    });

    it('takes a sign-up through the proxy to an activated account', async () => {
      await stage().onboard(await stage().url('nginx', 8080));
    });

    it('logs no line about a probe', async () => {
      const lines = await stage().compose('logs', '--no-log-prefix', 'api', 'mailer-worker');
      expect(
        lines.split('\n').filter((line) => /"(route|path)":"\/(livez|readyz|metrics)"/.test(line)),
      ).toEqual([]);
    });

    it('loses no request when its replicas are replaced one by one under load', async () => {
      const api = await stage().url('nginx', 8080);
      const load = startLoad(() => stage().register(api));
      for (const id of await stage().containers('api')) {
        await docker('restart', '--time', '45', id);
        await healthy(id);
        await pause(NOTICED_MS);
      }
      const answers = await load.stop();
      expect(answers.length).toBeGreaterThan(20);
      const lost = answers.filter((answer) => answer !== '201');
      const why = lost.length > 0 ? await stage().compose('logs', '--tail', '20', 'nginx') : '';
      expect([lost, why]).toEqual([[], '']);
    });
  });
}

export const healthy = (id: string): Promise<void> =>
  eventually(async () => {
    const state = await docker(
      'inspect',
      '--format',
      '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}',
      id,
    );
    if (!/^running( healthy)?$/.test(state)) throw new Error(`The container ${id} is ${state}`);
  }, HEALTHY_WITHIN_SECONDS);

/** Several clients that sign up repeatedly until they are stopped. */
function startLoad(register: () => Promise<{ status: number }>): { stop: () => Promise<string[]> } {
  const answers: string[] = [];
  let running = true;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (running) {
      answers.push(
        await register().then(
          ({ status }) => String(status),
          (error: unknown) => String(error),
        ),
      );
    }
  });
  return {
    async stop() {
      running = false;
      await Promise.all(clients);
      return answers;
    },
  };
}
