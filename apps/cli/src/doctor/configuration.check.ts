import { DEVELOPMENT_SECRET_KEY, hasRedis, type Environment } from '@app/runtime';
import type { Configuration } from '../configuration';
import type { Check, Findings } from './finding';

const LOOPBACK = /^(localhost|127\.|::1$)/;
const SAMPLE_DOMAIN = /@example\.(com|org|net)$/;

/** What passes the check at the start and is unwise all the same. */
export class ConfigurationCheck implements Check {
  readonly about = 'Configuration';

  private readonly environment: Environment;

  constructor(private readonly configuration: Configuration) {
    this.environment = configuration.environment;
  }

  run(findings: Findings): void {
    findings.ok('config.valid', `every variable is sound (NODE_ENV=${this.environment.NODE_ENV})`);
    this.secret(findings);
    this.proxy(findings);
    this.mode(findings);
    this.wires(findings);
    for (const warning of this.configuration.warnings) {
      findings.warn(
        'config.unwise',
        warning,
        'Change it, unless it is meant; docs/configuration.md explains it.',
      );
    }
  }

  private secret(findings: Findings): void {
    if (this.environment.SECRET_KEY !== DEVELOPMENT_SECRET_KEY)
      findings.ok('config.secret_key', 'SECRET_KEY is your own');
    else {
      findings.warn(
        'config.secret_key',
        'SECRET_KEY is the default of development: it is in the source, and every code can be worked out from it',
        'Set your own, the same for api and mailer-worker: openssl rand -base64 48',
      );
    }
  }

  private proxy(findings: Findings): void {
    const { API_HOST: host, TRUST_PROXY: proxies } = this.environment;
    if (proxies.length > 0)
      findings.ok('config.trust_proxy', `X-Forwarded-For is believed from ${proxies.join(', ')}`);
    else if (LOOPBACK.test(host)) {
      findings.ok(
        'config.trust_proxy',
        `the api listens on ${host} and believes no X-Forwarded-For; behind a proxy set TRUST_PROXY`,
      );
    } else {
      findings.warn(
        'config.trust_proxy',
        `the api listens on ${host} and TRUST_PROXY is empty: behind a proxy all clients share one registration limit`,
        'If there is a proxy, name it: TRUST_PROXY=10.0.0.0/8, or the number of proxies. If there is none, all is well.',
      );
    }
  }

  private mode(findings: Findings): void {
    const { WEB_CONCURRENCY: processes } = this.environment;
    if (hasRedis(this.environment)) return;
    if (processes === 1)
      findings.ok('config.mode', 'one-node mode: queue in PostgreSQL, limits and metrics in the process');
    else {
      findings.warn(
        'config.mode',
        `${processes} api processes without Redis: each of them counts limits and metrics for itself`,
        'Set REDIS_HOST, or WEB_CONCURRENCY=1.',
      );
    }
  }

  /** Passwords and addresses should not cross a network in plain text. */
  private wires(findings: Findings): void {
    const { environment } = this;
    const plain = [
      [
        'DATABASE_HOST',
        environment.DATABASE_HOST,
        !['disable', 'false'].includes(environment.DATABASE_SSL),
        'DATABASE_SSL=verify-full',
      ],
      [
        environment.REDIS_HOST ? 'REDIS_HOST' : 'REDIS_SENTINELS',
        environment.REDIS_HOST || environment.REDIS_SENTINELS.join(','),
        environment.REDIS_TLS,
        'REDIS_TLS=true',
      ],
      ['SMTP_HOST', environment.SMTP_HOST, environment.SMTP_USE_TLS, 'SMTP_USE_TLS=true'],
    ] as const;
    for (const [variable, host, encrypted, setting] of plain) {
      if (host === '' || encrypted || LOOPBACK.test(host)) continue;
      findings.warn(
        'config.encryption',
        `what is said to ${host} (${variable}) is not encrypted`,
        `Set ${setting}, unless the network between is yours alone.`,
      );
    }
    if (SAMPLE_DOMAIN.test(environment.SMTP_FROM_EMAIL) && environment.NODE_ENV === 'production') {
      findings.warn(
        'config.sender',
        `mails come from ${environment.SMTP_FROM_EMAIL}, a domain reserved for examples: they will be refused as forged`,
        'Set SMTP_FROM_EMAIL to an address of a domain of yours, with SPF and DKIM.',
      );
    }
  }
}
