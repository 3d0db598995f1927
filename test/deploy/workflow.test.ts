import { read, readYaml } from './files';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Job {
  readonly needs?: string[];
  readonly if?: string;
  readonly permissions?: Record<string, string>;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { matrix: { node: string[] } };
  readonly steps: Step[];
}
interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

const FILE = '.github/workflows/ci.yml';
const [workflow] = readYaml<Workflow>(FILE) as [Workflow];
const jobs = Object.entries(workflow.jobs);
const stepsThat = (use: string): Step[] =>
  jobs.flatMap(([, { steps }]) => steps).filter(({ uses }) => uses?.startsWith(`${use}@`));

describe('the workflow of GitHub Actions', () => {
  it('pins every action to a commit, and names its version', () => {
    const uses = [...read(FILE).matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    expect(
      uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? '')),
    ).toEqual([]);
  });

  it('may only read, except for the job that publishes', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const own = jobs.filter(([, { permissions }]) => permissions !== undefined);
    expect(own.map(([name, { permissions }]) => [name, permissions])).toEqual([
      ['publish', { contents: 'read', packages: 'write' }],
    ]);
    for (const { with: options } of stepsThat('actions/checkout')) {
      expect(options).toMatchObject({ 'persist-credentials': false });
    }
  });

  it('ends every job in bounded time', () => {
    expect(jobs.filter(([, job]) => job['timeout-minutes'] === undefined).map(([name]) => name)).toEqual([]);
  });

  it('inserts nothing into a shell that a pull request can choose', () => {
    const scripts = jobs.flatMap(([, { steps }]) => steps.map(({ run = '' }) => run));
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });

  it('tests on the Node of the image and on the oldest that package.json allows', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const versions = workflow.jobs['test']?.strategy?.matrix.node;
    const [, ofImage] = /^ARG NODE_IMAGE=node:(\d+)\./m.exec(read('Dockerfile')) ?? [];
    const [, oldest] = /^>=(\d+\.\d+)$/.exec(engines.node) ?? [];
    expect(versions).toEqual(expect.arrayContaining([ofImage, oldest]));
  });

  it('publishes only a release that passed everything, with SBOM and provenance', () => {
    const { publish, ...others } = workflow.jobs;
    expect(publish?.if).toBe("startsWith(github.ref, 'refs/tags/v')");
    expect(publish?.needs).toEqual(Object.keys(others));
    const pushed = stepsThat('docker/build-push-action').filter(
      ({ with: options }) => options?.['push'] === true,
    );
    expect(pushed.map(({ with: options }) => options)).toMatchObject([
      { sbom: true, provenance: 'mode=max' },
    ]);
  });
});
