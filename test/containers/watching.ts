import { readFileSync } from 'node:fs';
import path from 'node:path';
import { docker, eventually } from './engine';
import type { Stage } from './stage';

const ROOT = path.resolve(__dirname, '../..');
/** Three scrapes, or four. */
const SCRAPED_WITHIN_SECONDS = 75;

interface Panel {
  readonly title?: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly panels?: readonly Panel[];
}
interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { readonly metric: object; readonly value: [number, string] }[];
  };
}

export function describeWatching(stage: () => Stage): void {
  describe('watching', () => {
    const ask = async (query: string): Promise<Answer['data']['result']> => {
      const prometheus = await stage().url('prometheus', 9090);
      const answer = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
      const { status, error, data } = (await answer.json()) as Answer;
      if (status !== 'success') throw new Error(`${query}: ${error ?? 'no answer'}`);
      return data.result;
    };
    const upCount = async (job: string): Promise<number> =>
      Number((await ask(`count(up{job="${job}"} == 1)`))[0]?.value[1] ?? 0);

    it('has alerts that fire when they should, and only then', async () => {
      const rules = `${path.join(ROOT, 'deploy/prometheus')}:/rules:ro`;
      const image = (
        await docker('inspect', '--format', '{{.Config.Image}}', ...(await stage().containers('prometheus')))
      ).trim();
      await docker(
        'run',
        '--rm',
        '-v',
        rules,
        '--entrypoint',
        'promtool',
        image,
        'test',
        'rules',
        '/rules/alerts.test.yml',
      );
    });

    it('finds every replica, and notices when one is down', async () => {
      const expectUp = (job: string, count: number): Promise<void> =>
        eventually(
          async () => expect([job, await upCount(job)]).toEqual([job, count]),
          SCRAPED_WITHIN_SECONDS,
        );
      await expectUp('api', 2);
      await expectUp('mailer-worker', 2);
      const [, second = ''] = await stage().containers('mailer-worker');
      await docker('stop', second);
      await expectUp('mailer-worker', 1);
      await docker('start', second);
      await expectUp('mailer-worker', 2);
    });

    it('shows real traffic with every query of the dashboard', async () => {
      const api = await stage().url('nginx', 8080);
      const panels = (
        JSON.parse(readFileSync(path.join(ROOT, 'deploy/grafana/dashboard.json'), 'utf8')) as Panel
      ).panels;
      const queries = expressions(panels ?? []).map((expr) => expr.replaceAll('$__rate_interval', '1m'));
      expect(queries.length).toBeGreaterThan(20);
      let unanswered = queries;
      await eventually(async () => {
        await stage().onboard(api);
        const empty = await Promise.all(
          unanswered.map(async (query) => ((await ask(query)).length === 0 ? [query] : [])),
        );
        unanswered = empty.flat();
        expect(unanswered).toEqual([]);
      }, SCRAPED_WITHIN_SECONDS);
    });

    it('raises no alert while all is well', async () => {
      expect(await ask('ALERTS{alertstate="firing"}')).toEqual([]);
    });
  });
}

function expressions(panels: readonly Panel[]): string[] {
  return panels.flatMap(({ targets = [], panels: inner = [] }) => [
    ...targets.map(({ expr }) => expr),
    ...expressions(inner),
  ]);
}
