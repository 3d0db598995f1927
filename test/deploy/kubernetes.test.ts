import { existsSync } from 'node:fs';
import path from 'node:path';
import { filesIn, isVariable, read, readYaml, ROOT, sourceOf } from './files';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: Record<string, unknown>;
}
interface Kustomization {
  readonly resources: string[];
  readonly patches?: { path: string }[];
  readonly images: { name: string; newTag: string }[];
  readonly configMapGenerator: { name: string; literals: string[] }[];
  readonly secretGenerator?: { name: string; envs: string[] }[];
}
interface PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly securityContext: object;
  readonly containers: Container[];
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly timeoutSeconds?: number;
}
interface Container {
  readonly image: string;
  readonly args?: string[];
  readonly envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  readonly ports?: { name: string; containerPort: number }[];
  readonly resources: { requests?: object; limits?: object };
  readonly securityContext: object;
  readonly lifecycle?: { preStop: { sleep: { seconds: number } } };
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

const FOLDERS = ['deploy/kubernetes/base', 'deploy/kubernetes/overlays/production'];
const kustomization = (folder: string): Kustomization =>
  readYaml<Kustomization>(`${folder}/kustomization.yaml`)[0] as Kustomization;
const manifestsIn = (folder: string): Manifest[] =>
  kustomization(folder)
    .resources.filter((resource) => resource.endsWith('.yaml'))
    .flatMap((resource) => readYaml<Manifest>(`${folder}/${resource}`));
const all = FOLDERS.flatMap(manifestsIn);

/** The pod of any kind of workload. */
function podOf({ kind, spec }: Manifest): PodSpec | null {
  const template = (of: unknown): PodSpec => (of as { template: { spec: PodSpec } }).template.spec;
  if (kind === 'Deployment' || kind === 'Job') return template(spec);
  if (kind === 'CronJob') return template((spec as { jobTemplate: { spec: unknown } }).jobTemplate.spec);
  return null;
}
const pods = all.flatMap((manifest) => {
  const pod = podOf(manifest);
  return pod === null ? [] : [{ ...manifest, pod, container: pod.containers[0] as Container }];
});

describe.each(FOLDERS)('%s', (folder) => {
  it('lists exactly the existing files', () => {
    const { resources, patches = [] } = kustomization(folder);
    const listed = [...resources, ...patches.map((patch) => patch.path)];
    expect(listed.filter((name) => !existsSync(path.join(ROOT, folder, name)))).toEqual([]);
    expect(filesIn(folder).filter((name) => name.endsWith('.yaml'))).toEqual(
      [...new Set([...listed.filter((name) => name.endsWith('.yaml')), 'kustomization.yaml'])].sort(),
    );
  });

  it('configures only what the service reads, and pins the image', () => {
    const { configMapGenerator, images } = kustomization(folder);
    const names = configMapGenerator.flatMap(({ literals }) =>
      literals.map((literal) => literal.split('=')[0]),
    );
    expect(names.filter((name) => !isVariable(name ?? ''))).toEqual([]);
    expect(images.filter(({ newTag }) => !/^\d+\.\d+\.\d+$/.test(newTag))).toEqual([]);
  });
});

describe('the manifests', () => {
  it('run existing programs, under the names in the image', () => {
    for (const { container } of pods) {
      expect(container.image).toBe('user-registration');
      const [program = 'dist/apps/api/src/main.js'] = container.args ?? [];
      expect(existsSync(path.join(ROOT, sourceOf(program)))).toBe(true);
    }
    expect(pods.map(({ metadata }) => metadata.name).sort()).toEqual([
      'api',
      'mailer-worker',
      'migrate',
      'purge',
    ]);
  });

  it('are hardened: not root, read-only, no capabilities, no token, limited', () => {
    for (const { pod, container } of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.enableServiceLinks).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      // OpenShift refuses pods with a user outside the namespace's range.
      expect(pod.securityContext).not.toHaveProperty('runAsUser');
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources).toMatchObject({
        requests: { cpu: expect.any(String), memory: expect.any(String) },
        limits: { memory: expect.any(String) },
      });
    }
  });

  it('read the generated configuration and the one Secret', () => {
    for (const { container } of pods) {
      const [name] = kustomization('deploy/kubernetes/base').configMapGenerator.map((map) => map.name);
      expect(container.envFrom).toEqual([
        { configMapRef: { name } },
        { secretRef: { name: 'user-registration' } },
      ]);
    }
  });

  it('probe the right port, and allow enough time for shutdown', () => {
    const literals = kustomization('deploy/kubernetes/base').configMapGenerator.flatMap(
      (map) => map.literals,
    );
    const shutdown = Number(
      literals.find((each) => each.startsWith('SHUTDOWN_TIMEOUT_SECONDS='))?.split('=')[1],
    );
    const deployments = pods.filter(({ kind }) => kind === 'Deployment');
    expect(deployments.map(({ container }) => container.ports?.[0]?.containerPort)).toEqual([8000, 8001]);
    for (const { pod, container } of deployments) {
      const [port] = container.ports ?? [];
      expect(container.startupProbe?.httpGet).toEqual({ path: '/livez', port: port?.name });
      expect(container.livenessProbe?.httpGet).toEqual({ path: '/livez', port: port?.name });
      expect(container.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: port?.name });
      // If a dependency hangs, the probe responds within two seconds; Kubernetes' default timeout is one.
      for (const probe of [container.livenessProbe, container.readinessProbe])
        expect(probe?.timeoutSeconds).toBeGreaterThan(2);
      const preStop = container.lifecycle?.preStop.sleep.seconds ?? 0;
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStop + shutdown + 12);
    }
  });

  it('keep metrics and API documentation off the Service, and accessible only to the scraper', () => {
    const [config] = kustomization('deploy/kubernetes/base').configMapGenerator;
    expect(config?.literals).toContain('OPERATIONS_PORT=9000');
    const named = (kind: string): unknown =>
      all.find((manifest) => manifest.kind === kind && manifest.metadata.name === 'api')?.spec;
    expect(pods[0]?.container.ports).toContainEqual({ name: 'operations', containerPort: 9000 });
    expect(named('Service')).toMatchObject({ ports: [{ port: 8000, targetPort: 'http' }] });
    const open = { ports: [{ port: 'http', protocol: 'TCP' }] };
    const scraper = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
    const scraped = { from: [scraper], ports: [{ port: 'operations', protocol: 'TCP' }] };
    expect(named('NetworkPolicy')).toMatchObject({ ingress: [open, scraped] });
  });

  it('let the pods reach DNS, PostgreSQL, Redis, mail servers and collectors, and only the worker receivers of webhooks', () => {
    const portsOf = (name: string): string[] => {
      const policy = all.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === name);
      const { egress = [], policyTypes } = policy?.spec as {
        egress?: { ports: { port: number; protocol: string }[] }[];
        policyTypes: string[];
      };
      if (egress.length > 0) expect(policyTypes).toContain('Egress');
      return egress.flatMap(({ ports }) => ports.map(({ port, protocol }) => `${port}/${protocol}`));
    };
    expect(portsOf('user-registration')).toEqual([
      ...['53/UDP', '53/TCP', '5353/UDP', '5353/TCP', '5432/TCP', '6379/TCP'],
      ...['25/TCP', '465/TCP', '587/TCP', '1025/TCP', '2525/TCP', '4317/TCP', '4318/TCP'],
    ]);
    expect(portsOf('mailer-worker')).toEqual(['443/TCP']);
    expect(portsOf('api')).toEqual([]);
  });

  it('purge in one place, which determines what is kept for how long', () => {
    const [config] = kustomization('deploy/kubernetes/base').configMapGenerator;
    expect(all.filter(({ kind }) => kind === 'CronJob').map(({ metadata }) => metadata.name)).toEqual([
      'purge',
    ]);
    expect(config?.literals).toContain('PURGE_INTERVAL_SECONDS=0');
  });

  it('scale and disrupt existing deployments, and leave the number of replicas to the autoscaler', () => {
    const deployments = all.filter(({ kind }) => kind === 'Deployment');
    const names = deployments.map(({ metadata }) => metadata.name);
    for (const { spec } of all.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')) {
      const { scaleTargetRef } = spec as { scaleTargetRef: { name: string } };
      expect(names).toContain(scaleTargetRef.name);
    }
    expect(deployments.filter(({ spec }) => spec?.['replicas'] !== undefined)).toEqual([]);
    const budgets = all.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual(names);
    for (const { spec } of budgets) expect(spec).toMatchObject({ unhealthyPodEvictionPolicy: 'AlwaysAllow' });
  });

  it('keep a client on the pod that remembers its password', () => {
    const service = all.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'api');
    expect(service?.spec).toMatchObject({ sessionAffinity: 'ClientIP' });
  });

  it('restart the pods when a secret changes: its keys come from a generator, with names that the service reads', () => {
    const production = kustomization('deploy/kubernetes/overlays/production');
    expect(production.secretGenerator).toMatchObject([{ name: 'user-registration', envs: ['secret.env'] }]);
    const keys = read('deploy/kubernetes/overlays/production/secret.env.example').match(/^\w+(?==)/gm) ?? [];
    expect(keys).toContain('SECRET_KEY');
    expect(keys.filter((key) => !isVariable(key))).toEqual([]);
    expect(read('.gitignore')).toContain('deploy/kubernetes/overlays/production/secret.env\n');
  });
});

describe('monitoring in Kubernetes', () => {
  const monitors = readYaml<Manifest>('deploy/kubernetes/monitoring/pod-monitors.yaml');
  const scraped = readYaml<{ job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[]>(
    'deploy/kubernetes/monitoring/scrape.yml',
  )[0];

  it('gives the jobs the names that alerts and dashboard use', () => {
    expect(monitors.map(({ metadata }) => metadata.name)).toEqual(['api', 'mailer-worker']);
    for (const { metadata, spec } of monitors) {
      expect(spec).toMatchObject({
        jobLabel: 'app.kubernetes.io/component',
        selector: { matchLabels: { 'app.kubernetes.io/component': metadata.name } },
      });
    }
    expect(scraped?.map(({ job_name }) => job_name)).toEqual(['api', 'mailer-worker']);
  });

  it('scrapes existing ports through existing headless Services', () => {
    const ports = pods.flatMap(({ container }) => container.ports ?? []);
    for (const { spec } of monitors) {
      const { podMetricsEndpoints } = spec as { podMetricsEndpoints: { port: string }[] };
      for (const { port } of podMetricsEndpoints) expect(ports.map(({ name }) => name)).toContain(port);
    }
    for (const { dns_sd_configs } of scraped ?? []) {
      const [{ names, port } = { names: [], port: 0 }] = dns_sd_configs;
      const service = all.find(
        ({ kind, metadata }) => kind === 'Service' && metadata.name === names[0]?.split('.')[0],
      );
      expect(service?.spec).toMatchObject({ clusterIP: 'None', ports: [{ port }] });
    }
  });

  it('has the same alerts as Compose', () => {
    const [rule] = readYaml<{ spec: object }>('deploy/kubernetes/monitoring/alerts.yaml');
    expect(rule?.spec).toEqual(readYaml('deploy/prometheus/alerts.yml')[0]);
  });
});
