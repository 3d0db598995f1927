import { isIP } from 'node:net';
import { isLoopback, parseEndpoint } from './endpoint';
import type { Environment } from './environment';
import { DEVELOPMENT_SECRET_KEY } from './variables';

/** The variable and the host through which other machines reach the api on any port; undefined if none can. */
function reachableBy(
  environment: Partial<Pick<Environment, 'API_HOST' | 'OPERATIONS_PORT' | 'OPERATIONS_HOST'>>,
): { readonly variable: string; readonly host: string } | undefined {
  const {
    API_HOST: api = '127.0.0.1',
    OPERATIONS_PORT: port = 0,
    OPERATIONS_HOST: operations = '',
  } = environment;
  if (!isLoopback(api)) return { variable: 'API_HOST', host: api };
  // The operations port also has the public routes.
  if (port === 0 || operations === '' || isLoopback(operations)) return undefined;
  return { variable: 'OPERATIONS_HOST', host: operations };
}

/**
 * Faults between variables that are each valid on their own.
 * @param environment without the variables that are invalid
 */
export function contradictions(environment: Partial<Environment>): string[] {
  const faults: string[] = [];
  const { TRUST_PROXY: proxies = [], BCRYPT_COST: cost = Infinity } = environment;
  if (proxies.length > 1 && proxies.some((entry) => /^\d+$/.test(entry))) {
    faults.push('TRUST_PROXY: a hop count cannot be combined with other entries');
  }
  if (environment.OPERATIONS_PORT === environment.API_PORT && environment.API_PORT !== undefined) {
    faults.push('OPERATIONS_PORT: must differ from API_PORT; remove it to serve everything on one port');
  }
  if (Boolean(environment.SMTP_USERNAME) !== Boolean(environment.SMTP_PASSWORD)) {
    faults.push('SMTP_USERNAME: must be set together with SMTP_PASSWORD; only one of them is set');
  }
  faults.push(...redisContradictions(environment), ...webhookContradictions(environment));
  const production = environment.NODE_ENV === 'production';
  const reachable = reachableBy(environment);
  const exposed = production
    ? 'in production'
    : reachable && `while ${reachable.variable} is ${reachable.host}, which other machines can reach`;
  for (const name of ['SECRET_KEY', 'SECRET_KEY_PREVIOUS'] as const) {
    if (exposed === undefined || environment[name]?.trim() !== DEVELOPMENT_SECRET_KEY) continue;
    faults.push(
      `${name}: the default is for development only and is refused ${exposed}; set your own, for example with \`openssl rand -base64 48\``,
    );
  }
  if (production && cost < 10) faults.push('BCRYPT_COST: must be 10 or more in production');
  return faults;
}

function redisContradictions(environment: Partial<Environment>): string[] {
  const { REDIS_HOST: host = '', REDIS_CLUSTER: cluster, REDIS_SENTINELS: sentinels = [] } = environment;
  const faults: string[] = [];
  if (sentinels.length > 0) {
    if (host !== '') faults.push('REDIS_HOST: cannot be combined with REDIS_SENTINELS; remove one of them');
    if (cluster) faults.push('REDIS_CLUSTER: cannot be combined with REDIS_SENTINELS; remove one of them');
    return faults;
  }
  if (!cluster) {
    if (host.includes(',')) faults.push('REDIS_HOST: several hosts require REDIS_CLUSTER=true');
    else if (isIP(host) === 0 && host.includes(':')) {
      faults.push(`REDIS_HOST: "${host}" has the form host:port; set the port in REDIS_PORT`);
    }
    return faults;
  }
  if (host === '') faults.push('REDIS_CLUSTER: requires some nodes of the cluster in REDIS_HOST');
  for (const entry of host.split(',').map((part) => part.trim())) {
    if (host !== '' && parseEndpoint(entry, 1) === undefined) {
      faults.push(`REDIS_HOST: "${entry}" is not host:port`);
    }
  }
  if ((environment.REDIS_DB ?? 0) !== 0) faults.push('REDIS_DB: must be 0 for a cluster');
  return faults;
}

function webhookContradictions(environment: Partial<Environment>): string[] {
  const { WEBHOOK_URL: address = '', WEBHOOK_SECRET: key, WEBHOOK_SECRET_PREVIOUS: previous } = environment;
  const faults: string[] = [];
  if (address !== '' && key === '')
    faults.push('WEBHOOK_SECRET: required by WEBHOOK_URL, to sign the webhooks');
  if (previous && !key) faults.push('WEBHOOK_SECRET_PREVIOUS: requires WEBHOOK_SECRET, which is not set');
  const url = address === '' ? undefined : new URL(address);
  const plain = url?.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (plain && environment.NODE_ENV === 'production') {
    faults.push('WEBHOOK_URL: must be https in production, unless it is a loopback address');
  }
  return faults;
}

/** Well-known ports of each kind of server. */
const USUAL_PORTS = {
  DATABASE_PORT: { ports: [5432, 6432], server: 'PostgreSQL' },
  REDIS_PORT: { ports: [6379, 26_379], server: 'Redis' },
  SMTP_PORT: { ports: [25, 465, 587, 1025, 2525], server: 'a mail server' },
} as const;

const SECRETS = [
  ...(['SECRET_KEY', 'DATABASE_PASSWORD', 'REDIS_PASSWORD', 'SMTP_PASSWORD'] as const),
  ...(['EVENTS_TOKEN', 'WEBHOOK_SECRET'] as const),
] as const;

/** Valid but unwise values. The programs warn of them at start, and so does `doctor`. */
export function unwiseChoices(environment: Environment): string[] {
  const warnings: string[] = [];
  for (const [name, { server }] of Object.entries(USUAL_PORTS)) {
    const port = environment[name as keyof typeof USUAL_PORTS];
    const owner = Object.entries(USUAL_PORTS).find(
      ([other, { ports }]) => other !== name && ports.some((usual) => usual === port),
    );
    if (owner !== undefined) {
      warnings.push(
        `${name}: ${port} is the usual port of ${owner[1].server}, not of ${server} (${owner[0]})`,
      );
    }
  }
  for (const [index, name] of SECRETS.entries()) {
    const twin = SECRETS.slice(0, index).find((other) => environment[other] === environment[name]);
    if (environment[name] !== '' && twin !== undefined) {
      warnings.push(`${name}: has the same value as ${twin}; use a different secret for each`);
    }
  }
  for (const name of ['SECRET_KEY', 'WEBHOOK_SECRET'] as const) {
    if (environment[name] === '' || environment[`${name}_PREVIOUS`] !== environment[name]) continue;
    warnings.push(
      `${name}_PREVIOUS: has the same value as ${name}; set it to the key before the rotation or remove it`,
    );
  }
  return [...warnings, ...exposures(environment)];
}

/** Settings that are too open when other machines can reach this one. */
function exposures(environment: Environment): string[] {
  const { ENABLE_METRICS: metrics, OPERATIONS_PORT: port, API_HOST: host, BCRYPT_COST: cost } = environment;
  const warnings: string[] = [];
  if (!environment.ENABLE_RATE_LIMITING && reachableBy(environment) !== undefined) {
    warnings.push(
      'ENABLE_RATE_LIMITING: the limits are off while other machines can reach the api; anyone can guess passwords',
    );
  }
  if (cost < 10) {
    warnings.push(`BCRYPT_COST: ${cost} makes password hashes easy to crack; use 10 or more`);
  }
  if (metrics && port === 0 && !isLoopback(host)) {
    warnings.push(
      'ENABLE_METRICS: metrics are public on API_PORT; set OPERATIONS_PORT, or block /metrics and /api/v1/metrics at the proxy',
    );
  }
  if (environment.CONCEAL_REGISTERED_EMAILS && metrics && port === 0) {
    warnings.push(
      'CONCEAL_REGISTERED_EMAILS: public metrics count registrations and so reveal whether an address was free; set OPERATIONS_PORT',
    );
  }
  return warnings;
}
