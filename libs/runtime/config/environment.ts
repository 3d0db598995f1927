import { existsSync, readFileSync } from 'node:fs';
import { customCleanEnv, type CleanedEnv } from 'envalid';
import { parseEndpoint } from './endpoint';
import { DEVELOPMENT_SECRET_KEY, variables } from './variables';

/** What the environment says, checked and typed; parsed once, at start. */
export type Environment = CleanedEnv<typeof variables>;
export const Environment = Symbol('Environment');

/** Every fault of the environment at once, each line opening with the variable's name. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigurationError';
  }
}

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
export const EXIT_CONFIGURATION = 78;

/** Reads `.env` of the working directory, if there is one; what is already set wins. */
export function loadDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

/**
 * Checks the environment as a whole.
 * @throws {ConfigurationError} naming every variable that is wrong, never a secret's value.
 */
export function parseEnvironment(raw: NodeJS.ProcessEnv = process.env): Environment {
  const faults: string[] = [];
  const given = readFiles(raw, faults);
  // A plain copy: envalid's own object throws for every name it does not know, and containers ask for many.
  const environment = customCleanEnv(given, variables, (cleaned) => Object.freeze({ ...cleaned }), {
    reporter: ({ errors }) => {
      for (const [name, error] of Object.entries(errors)) faults.push(`${name}: ${error.message}`);
    },
  });
  faults.push(...contradictions(environment, given));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return environment;
}

/** `NAME_FILE` names a file that holds the value of `NAME`; an empty value counts as not given. */
function readFiles(raw: NodeJS.ProcessEnv, faults: string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(variables)) {
    const value = raw[name];
    const file = raw[`${name}_FILE`];
    if (value && file) {
      faults.push(`${name}: given twice, as ${name} and as ${name}_FILE; remove one`);
    } else if (value) {
      given[name] = value;
    } else if (file) {
      try {
        given[name] = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      } catch (error) {
        // The path stays out of the message: it is the secret itself where somebody mixed the two up.
        faults.push(`${name}_FILE: cannot read that file (${(error as NodeJS.ErrnoException).code})`);
      }
    }
  }
  return given;
}

/** @param environment lacks the variables that are faulty by themselves */
function contradictions(environment: Partial<Environment>, given: Record<string, string>): string[] {
  const faults: string[] = [];
  const { TRUST_PROXY: proxies = [], BCRYPT_COST: cost = Infinity } = environment;
  if (proxies.length > 1 && proxies.some((entry) => /^\d+$/.test(entry))) {
    faults.push('TRUST_PROXY: a hop count stands alone; it cannot be mixed with addresses');
  }
  if (environment.OPERATIONS_PORT === environment.API_PORT) {
    faults.push(
      'OPERATIONS_PORT: must not be that of API_PORT; leave it out to serve everything on one port',
    );
  }
  if (Boolean(given['SMTP_USERNAME']) !== Boolean(given['SMTP_PASSWORD'])) {
    faults.push('SMTP_USERNAME: goes with SMTP_PASSWORD; one is given without the other');
  }
  faults.push(...redisContradictions(environment));
  if (environment.NODE_ENV === 'production') {
    if (environment.SECRET_KEY === DEVELOPMENT_SECRET_KEY) {
      faults.push(
        'SECRET_KEY: the default is for development; set your own, for example `openssl rand -base64 48`',
      );
    }
    if (cost < 10) faults.push('BCRYPT_COST: must be 10 or more in production');
  }
  return faults;
}

function redisContradictions(environment: Partial<Environment>): string[] {
  const { REDIS_HOST: host = '', REDIS_CLUSTER: cluster, REDIS_SENTINELS: sentinels = [] } = environment;
  const faults: string[] = [];
  if (sentinels.length > 0) {
    if (host !== '')
      faults.push('REDIS_HOST: the sentinels know where Redis is; remove it or REDIS_SENTINELS');
    if (cluster) faults.push('REDIS_CLUSTER: a cluster has no sentinels; remove it or REDIS_SENTINELS');
    return faults;
  }
  if (!cluster) {
    if (host.includes(',')) faults.push('REDIS_HOST: several hosts are a cluster; set REDIS_CLUSTER=true');
    return faults;
  }
  if (host === '') faults.push('REDIS_CLUSTER: needs some of its nodes in REDIS_HOST');
  for (const entry of host.split(',').map((part) => part.trim())) {
    if (host !== '' && parseEndpoint(entry, 1) === undefined) {
      faults.push(`REDIS_HOST: "${entry}" is not host:port`);
    }
  }
  if ((environment.REDIS_DB ?? 0) !== 0) faults.push('REDIS_DB: a cluster has database 0 only');
  return faults;
}
