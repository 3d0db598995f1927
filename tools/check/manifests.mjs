// Prints where the Kubernetes manifests differ from Kubernetes' schemas: those of the oldest version that
// docs/operations.md names, and those of the newest that is published. Unknown fields count as faults, because
// a cluster drops them with no more than a warning.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.resolve(import.meta.dirname ?? '.', '../..');
const FOLDERS = [
  'deploy/kubernetes/base',
  'deploy/kubernetes/overlays/production',
  'deploy/kubernetes/monitoring',
];
const { parseAllDocuments } = createRequire(path.join(ROOT, 'package.json'))('yaml');

/** kubernetes-types groups its types by group and version: `apps/v1` is in `apps/v1`, `v1` in `core/v1`. */
const OLDEST = {
  name: '1.30',
  of: (api, kind) =>
    `import('kubernetes-types/${api.replace(/\.k8s\.io/, '').replace(/^v1$/, 'core/v1')}').${kind}`,
};
const NEWEST = { name: 'newest', of: (api, kind) => `import('kubernetes-models/${api}').I${kind}` };
/** Objects without a schema in Kubernetes: those of Kustomize and of the Prometheus Operator. */
const foreign = (api) => api.startsWith('kustomize.config.k8s.io') || api.startsWith('monitoring.coreos.com');

const manifests = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) =>
      parseAllDocuments(readFileSync(path.join(ROOT, folder, name), 'utf8')).map((document) => ({
        file: `${folder}/${name}`,
        of: document.toJS(),
      })),
    ),
).filter(({ of }) => !foreign(of.apiVersion));

function faults({ of }) {
  const lines = manifests.map(
    ({ of: manifest }, index) =>
      `export const manifest${index}: ${of(manifest.apiVersion, manifest.kind)} = ${JSON.stringify(manifest)};`,
  );
  const file = path.join(import.meta.dirname, 'manifests.generated.ts');
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
  };
  const source = ts.createSourceFile(file, lines.join('\n'), ts.ScriptTarget.ES2023);
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) => (name === file ? source : getSourceFile(name, ...rest));
  const fileExists = host.fileExists.bind(host);
  host.fileExists = (name) => name === file || fileExists(name);
  return ts.getPreEmitDiagnostics(ts.createProgram([file], options, host)).map(({ start, messageText }) => {
    const { line } = source.getLineAndCharacterOfPosition(start ?? 0);
    return `${manifests[line]?.file ?? file}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

for (const schema of [OLDEST, NEWEST]) {
  for (const fault of faults(schema)) {
    process.stdout.write(`Kubernetes ${schema.name}: ${fault}\n`);
    process.exitCode = 1;
  }
}
