import { existsSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { variables } from '@app/runtime';
import { filesIn, isPinned, isVariable, read, readYaml, ROOT, sourceOf } from './files';

interface Service {
  readonly image?: string;
  readonly env_file?: object[];
  readonly pids_limit?: number;
  readonly mem_limit?: string;
  readonly logging?: { options: object };
  readonly build?: object;
  readonly command?: string[];
  readonly environment?: Record<string, string>;
  readonly ports?: string[];
  readonly networks?: string[];
  readonly volumes?: string[];
  readonly depends_on?: Record<string, { condition: string }>;
  readonly profiles?: string[];
  readonly read_only?: boolean;
  readonly cap_drop?: string[];
  readonly stop_grace_period?: string;
}
interface Compose {
  readonly services: Record<string, Service>;
  readonly networks: Record<string, object>;
  readonly volumes: Record<string, object>;
}

const FILES = ['docker-compose.yml', 'docker-compose.smtp.yml', 'docker-compose.dev.yml'];
/** Our programs: they run the image that is built here. */
const ours = (compose: Compose): [string, Service][] =>
  Object.entries(compose.services).filter(([, { image }]) => image?.startsWith('user-registration:'));

// Source: github.com/compose-spec/compose-spec, schema/compose-spec.json, Apache-2.0.
const schema = JSON.parse(read('test/deploy/compose-spec.schema.json')) as Record<string, unknown>;
const conforms = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile({
  ...schema,
  $schema: 'http://json-schema.org/draft-07/schema#',
});

describe.each(FILES)('%s', (file) => {
  const [compose] = readYaml<Compose>(file) as [Compose];

  it('conforms to the Compose Specification', () => {
    conforms(compose);
    expect((conforms.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual(
      [],
    );
  });

  it('gives our programs only variables that they read', () => {
    const unknown = ours(compose).flatMap(([name, { environment = {} }]) =>
      Object.keys(environment)
        .filter((variable) => !isVariable(variable))
        .map((variable) => `${name}: ${variable}`),
    );
    expect(unknown).toEqual([]);
  });

  it('requires from .env only what the service or make run reads, always with a default', () => {
    const asked = [...read(file).matchAll(/\$\{(\w+)([^}]*)\}/g)].map(([, name = '', rest = '']) => [
      name,
      rest,
    ]);
    const known = ['VERSION', 'INBOX_PORT'];
    expect(asked.filter(([name = '']) => !isVariable(name) && !known.includes(name))).toEqual([]);
    expect(asked.filter(([, rest]) => !/^:?-/.test(rest ?? ''))).toEqual([]);
  });

  it('mounts only existing paths', () => {
    const mounted = Object.values(compose.services)
      .flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? ''))
      .filter((source) => source.startsWith('./'));
    expect(mounted.filter((source) => !existsSync(path.join(ROOT, source)))).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  const [compose] = readYaml<Compose>('docker-compose.yml') as [Compose];
  const services = Object.entries(compose.services);

  it('pins every image', () => {
    const images = services
      .filter(([name]) => !ours(compose).some(([own]) => own === name))
      .map(([, { image = '' }]) => image);
    expect(images.filter((image) => !isPinned(image))).toEqual([]);
  });

  it('publishes on the loopback interface only', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published.length).toBeGreaterThan(0);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('contains no secret: secrets are names of files', () => {
    const secrets = services.flatMap(([, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([name]) => /PASSWORD|SECRET|TOKEN|_KEY/.test(name))
        // Another file may be named in .env; the one that is made is the default.
        .map(([, value]) => value.replace(/^\$\{\w+-(.*)\}$/, '$1'))
        .filter((value) => value !== 'true' && value !== ''),
    );
    expect(secrets.filter((value) => !/^\/run\/secrets\/\w+$/.test(value))).toEqual([]);
    const made = read('deploy/compose/make-secrets.mjs');
    for (const file of secrets) expect(made).toContain(`'${path.basename(file)}'`);
  });

  it('runs existing programs, hardened, and gives them time to shut down', () => {
    const programs = ours(compose).filter(([name]) => name !== 'secrets');
    expect(programs.map(([name]) => name).sort()).toEqual(['api', 'mailer-worker', 'migrate']);
    for (const [, { command = ['dist/apps/api/src/main.js'], ...service }] of programs) {
      expect(existsSync(path.join(ROOT, sourceOf(command[0] ?? '')))).toBe(true);
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        stop_grace_period: `15s\${SHUTDOWN_TIMEOUT_SECONDS:-${variables.SHUTDOWN_TIMEOUT_SECONDS.default}}s`,
      });
    }
  });

  it('refers only to existing networks, volumes and services', () => {
    for (const [, { networks = [], volumes = [], depends_on = {} }] of services) {
      expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining(networks));
      expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(depends_on)));
      const named = volumes
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((name) => !name.startsWith('.'));
      expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(named));
    }
  });

  it('connects programs with everything they use by a shared network', () => {
    const { environment = {}, networks = [] } = compose.services['mailer-worker'] as Service;
    for (const variable of ['DATABASE_HOST', 'REDIS_HOST', 'SMTP_HOST']) {
      const other = compose.services[environment[variable] ?? ''];
      expect(other?.networks?.some((network) => networks.includes(network))).toBe(true);
    }
  });

  it('has the services that prometheus.yml scrapes, on a shared network', () => {
    const [prometheus] = readYaml<{
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    }>('deploy/prometheus/prometheus.yml');
    const targets = prometheus?.scrape_configs.flatMap(({ dns_sd_configs }) => dns_sd_configs) ?? [];
    expect(targets.map(({ names, port }) => [names, port])).toEqual([
      [['api'], 8000],
      [['mailer-worker'], 8001],
    ]);
    const shared = compose.services['prometheus']?.networks ?? [];
    for (const name of targets.flatMap(({ names }) => names)) {
      // One network in common, or each address behind the name would be scraped twice.
      expect(compose.services[name]?.networks?.filter((network) => shared.includes(network))).toHaveLength(1);
    }
  });

  it('builds the image in one service, so that a second start finds the same image', () => {
    expect(services.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual([
      'secrets',
    ]);
  });

  it('passes every variable of .env to our programs', () => {
    for (const [name, { env_file }] of ours(compose).filter(([each]) => each !== 'secrets')) {
      expect([name, env_file]).toEqual([name, [{ path: '.env', required: false }]]);
    }
  });

  it('limits memory, processes and logs of every container', () => {
    for (const [, service] of services) {
      expect(service).toMatchObject({
        mem_limit: expect.any(String) as string,
        pids_limit: expect.any(Number) as number,
        logging: { options: { 'max-size': '10m', 'max-file': '3' } },
      });
    }
  });

  it('gives the workers access to the network if the mail server is external', () => {
    const [smtp] = readYaml<Compose>('docker-compose.smtp.yml') as [Compose];
    const networks = smtp.services['mailer-worker']?.networks ?? [];
    expect(networks.map((name) => smtp.networks[name])).toEqual([{}]);
  });

  it('makes Redis persist its jobs', () => {
    const command = compose.services['redis']?.command?.join(' ');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(command).toContain('--appendonly yes');
  });

  it('puts the dashboard where Grafana reads it', () => {
    const [provider] = readYaml<{ providers: { options: { path: string } }[] }>(
      'deploy/grafana/provisioning/dashboards/user-registration.yml',
    );
    const folder = provider?.providers[0]?.options.path ?? '?';
    const volumes = compose.services['grafana']?.volumes ?? [];
    expect(volumes.filter((volume) => volume.split(':')[1]?.startsWith(folder))).toHaveLength(1);
    expect(filesIn('deploy/grafana')).toContain('dashboard.json');
  });
});
