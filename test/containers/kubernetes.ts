import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readYaml, ROOT } from '../deploy/files';
import { docker, eventually } from './engine';
import type { Stage } from './stage';

const BASE = 'deploy/kubernetes/base';

interface Pod {
  readonly securityContext: { readonly runAsUser?: number };
  readonly containers: readonly {
    readonly args?: readonly string[];
    readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } };
  }[];
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly template?: { readonly spec: Pod };
    readonly jobTemplate?: { readonly spec: { template: { spec: Pod } } };
  };
}

/** Services that a namespace may also have, some of them named like one of our variables. */
const OTHER_SERVICES = ['postgres', 'redis', 'smtp', 'database', 'worker', 'operations', 'metrics'];
/** The manifests name no user: the image's own is the default, and OpenShift chooses one like this, in group 0. */
const ARBITRARY_USER = 1_000_650_000;

export function describeKubernetes(stage: () => Stage): void {
  const names = readdirSync(path.join(ROOT, BASE)).filter((name) => name !== 'kustomization.yaml');
  const manifests = names.flatMap((name) => readYaml<Manifest>(`${BASE}/${name}`));
  const services = [
    ...OTHER_SERVICES,
    ...manifests.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name),
  ];
  const podOf = (name: string): Pod => {
    const { spec } =
      manifests.find(({ kind, metadata }) => metadata.name === name && /Deployment|Job/.test(kind)) ?? {};
    const pod = spec?.template?.spec ?? spec?.jobTemplate?.spec.template.spec;
    if (pod === undefined) throw new Error(`No pod is called ${name}`);
    return pod;
  };
  const configuration = (): string[] => {
    const [map] = readYaml<{ configMapGenerator: { literals: string[] }[] }>(`${BASE}/kustomization.yaml`);
    return map?.configMapGenerator[0]?.literals ?? [];
  };
  const secret = async (file: string): Promise<string> =>
    stage().compose('exec', '-T', 'api', 'node', '-p', `fs.readFileSync('/run/secrets/${file}', 'utf8')`);

  /** Arguments of `docker run` that start a pod's container like the kubelet. */
  async function argumentsOf(name: string): Promise<string[]> {
    const pod = podOf(name);
    const { runAsUser = ARBITRARY_USER } = pod.securityContext;
    const [container] = pod.containers;
    const { cpu = '1', memory = '256Mi' } = container?.resources.limits ?? {};
    const env = [
      // Our manifests disable these, but others may not. The pod's own variables come last and take precedence.
      ...['kubernetes', ...services].flatMap((service) => serviceVariables(service, 8000)),
      ...configuration(),
      `SECRET_KEY=${await secret('secret_key')}`,
      `DATABASE_PASSWORD=${await secret('database_password')}`,
    ];
    return [
      ...['--name', `pod-${name}`, '--user', `${runAsUser}:0`, '--read-only', '--cap-drop', 'ALL'],
      ...['--security-opt', 'no-new-privileges', '--cpus', cpu, '--memory', memory.replace('Mi', 'm')],
      ...env.flatMap((each) => ['--env', each]),
      ...['--network', await stage().network('data'), 'user-registration:test', ...(container?.args ?? [])],
    ];
  }
  const answers = (name: string, url: string): Promise<string> =>
    docker('exec', `pod-${name}`, 'node', '-e', `fetch('${url}').then((r) => console.log(r.status))`);

  describe('the pods of Kubernetes', () => {
    afterEach(async () => {
      for (const name of ['migrate', 'purge', 'api', 'mailer-worker']) {
        await docker('rm', '--force', '--volumes', `pod-${name}`).catch(() => '');
      }
    });

    it.each(['migrate', 'purge'])(
      'complete with their environment and that of a crowded namespace: %s',
      async (name) => {
        await docker('run', ...(await argumentsOf(name)));
      },
    );

    it.each([
      ['api', 8000],
      ['mailer-worker', 8001],
    ])('become ready with their environment and that of a crowded namespace: %s', async (name, port) => {
      const [network, ...rest] = [await stage().network('mail'), ...(await argumentsOf(name))];
      await docker('create', ...rest);
      await docker('network', 'connect', network, `pod-${name}`);
      await docker('start', `pod-${name}`);
      for (const probe of ['livez', 'readyz']) {
        await eventually(async () => {
          const logs = await docker('logs', '--tail', '5', `pod-${name}`);
          expect([await answers(name, `http://127.0.0.1:${port}/${probe}`).catch(() => logs), logs]).toEqual([
            '200',
            logs,
          ]);
        }, 40);
      }
      // The kubelet does not run the image's health check, but the check must work in the same environment.
      await eventually(
        async () =>
          expect(await docker('inspect', '--format', '{{.State.Health.Status}}', `pod-${name}`)).toBe(
            'healthy',
          ),
        40,
      );
      const metrics = name === 'api' ? 9000 : 8001;
      expect(await answers(name, `http://127.0.0.1:${metrics}/metrics`)).toBe('200');
      if (name === 'api') expect(await answers(name, 'http://127.0.0.1:8000/metrics')).toBe('404');
      await docker('stop', '--time', '60', `pod-${name}`);
      expect(await docker('inspect', '--format', '{{.State.ExitCode}}', `pod-${name}`)).toBe('0');
    });
  });
}

/** Variables that the kubelet sets in a pod for each Service of its namespace. */
function serviceVariables(name: string, port: number): string[] {
  const prefix = name.toUpperCase().replaceAll('-', '_');
  const address = '10.96.0.1';
  return [
    `${prefix}_SERVICE_HOST=${address}`,
    `${prefix}_SERVICE_PORT=${port}`,
    `${prefix}_PORT=tcp://${address}:${port}`,
    `${prefix}_PORT_${port}_TCP=tcp://${address}:${port}`,
    `${prefix}_PORT_${port}_TCP_ADDR=${address}`,
  ];
}
