import { existsSync } from 'node:fs';
import path from 'node:path';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import ts from 'typescript';
import { filesIn, isVariable, readYaml, ROOT, sourceOf } from './files';

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
}
interface PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly containers: Container[];
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
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
const MODELS: Record<string, object> = {
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'batch/v1': batch,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  v1: core,
};

const kustomization = (folder: string): Kustomization =>
  readYaml<Kustomization>(`${folder}/kustomization.yaml`)[0] as Kustomization;
const manifestsIn = (folder: string): Manifest[] =>
  kustomization(folder)
    .resources.filter((resource) => resource.endsWith('.yaml'))
    .flatMap((resource) => readYaml<Manifest>(`${folder}/${resource}`));
const all = FOLDERS.flatMap(manifestsIn);

/** The pod of whatever makes one. */
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
  it('lists the files that are there, and no others', () => {
    const { resources, patches = [] } = kustomization(folder);
    const listed = [...resources, ...patches.map((patch) => patch.path)];
    expect(listed.filter((name) => !existsSync(path.join(ROOT, folder, name)))).toEqual([]);
    expect(filesIn(folder)).toEqual(
      [...listed.filter((name) => name.endsWith('.yaml')), 'kustomization.yaml'].sort(),
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
  it.each(all.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    'hold to the schema of Kubernetes: %s',
    (_name, manifest) => {
      const models = MODELS[manifest.apiVersion] as Record<string, new (of: unknown) => { validate(): void }>;
      const Model = models[manifest.kind];
      if (Model === undefined) throw new Error(`There is no ${manifest.apiVersion} ${manifest.kind}`);
      new Model(manifest).validate();
    },
  );

  // The schemas let unknown fields pass, and so does Kubernetes, with a warning; the types do not.
  it('have no field that Kubernetes does not know', () => {
    const models = [...new Set(all.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))];
    const name = (model: string): string => `I${model.split(' ')[1]}`;
    const imports = models.map(
      (model) => `import type { ${name(model)} } from 'kubernetes-models/${model.replace(' ', '/')}';`,
    );
    const values = all.map(
      (manifest, index) =>
        `export const manifest${index}: I${manifest.kind} = ${JSON.stringify(manifest, null, 1)};`,
    );
    expect(compile([...imports, ...values].join('\n'))).toEqual([]);
  }, 60_000);

  it('run programs that exist, as the image names them', () => {
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

  it('are hardened: not root, nothing to write to, no capability, no token, bounded', () => {
    for (const { pod, container } of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
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

  it('probe the right port, and give shutdown the time it takes', () => {
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
      const preStop = container.lifecycle?.preStop.sleep.seconds ?? 0;
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(preStop + shutdown + 10);
    }
  });

  it('keep metrics and documents off the Service, and open to the scraper alone', () => {
    const [config] = kustomization('deploy/kubernetes/base').configMapGenerator;
    expect(config?.literals).toContain('OPERATIONS_PORT=9000');
    const named = (kind: string): unknown =>
      all.find((manifest) => manifest.kind === kind && manifest.metadata.name === 'api')?.spec;
    expect(named('Deployment')).toMatchObject({
      template: { metadata: { annotations: { 'prometheus.io/port': '9000' } } },
    });
    expect(pods[0]?.container.ports).toContainEqual({ name: 'operations', containerPort: 9000 });
    expect(named('Service')).toMatchObject({ ports: [{ port: 8000, targetPort: 'http' }] });
    const open = { ports: [{ port: 'http', protocol: 'TCP' }] };
    const scraper = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
    const scraped = { from: [scraper], ports: [{ port: 'operations', protocol: 'TCP' }] };
    expect(named('NetworkPolicy')).toMatchObject({ ingress: [open, scraped] });
  });

  it('scale and disrupt deployments that exist', () => {
    const deployments = all.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name);
    for (const { spec } of all.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')) {
      const { scaleTargetRef } = spec as { scaleTargetRef: { name: string } };
      expect(deployments).toContain(scaleTargetRef.name);
    }
    const budgets = all
      .filter(({ kind }) => kind === 'PodDisruptionBudget')
      .map(({ metadata }) => metadata.name);
    expect(budgets).toEqual(deployments);
  });
});

/** What the compiler says of a source, in the strictest mode. */
function compile(source: string): string[] {
  const file = path.join(ROOT, 'test/deploy/manifests.generated.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
  };
  const host = ts.createCompilerHost(options);
  const readFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2023) : readFile(name, ...rest);
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => name === file || exists(name);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
