import { Injectable } from '@nestjs/common';
import { smtpAddresses } from '@app/mail';
import { DEVELOPMENT_SECRET_KEY, hasRedis, isLoopback, parseEndpoint, type Environment } from '@app/runtime';
import { Configuration } from '../configuration';
import type { Check, Findings } from './finding';

const SAMPLE_DOMAIN = /@example\.(com|org|net)$/;

/** Settings that are valid but unwise. */
@Injectable()
export class ConfigurationCheck implements Check {
  readonly about = 'Configuration';

  private readonly environment: Environment;

  constructor(private readonly configuration: Configuration) {
    this.environment = configuration.environment;
  }

  run(findings: Findings): void {
    findings.ok('config.valid', `every variable is valid (NODE_ENV=${this.environment.NODE_ENV})`);
    this.secret(findings);
    this.proxy(findings);
    this.mode(findings);
    this.encryption(findings);
    for (const warning of this.configuration.warnings) {
      findings.warn('config.unwise', warning, 'Change it unless it is intended; see docs/configuration.md.');
    }
  }

  private secret(findings: Findings): void {
    if (this.environment.SECRET_KEY !== DEVELOPMENT_SECRET_KEY) {
      return findings.ok('config.secret_key', 'SECRET_KEY is not the default');
    }
    findings.warn(
      'config.secret_key',
      'SECRET_KEY is the default for development: it is in the source code, and anyone can derive every code from it',
      'Set your own key, the same for api and mailer-worker: openssl rand -base64 48',
    );
  }

  private proxy(findings: Findings): void {
    const { API_HOST: host, TRUST_PROXY: proxies } = this.environment;
    if (proxies.length > 0) {
      return findings.ok('config.trust_proxy', `X-Forwarded-For is trusted from ${proxies.join(', ')}`);
    }
    if (isLoopback(host)) {
      return findings.ok(
        'config.trust_proxy',
        `the api listens on ${host} and does not trust X-Forwarded-For; set TRUST_PROXY if there is a proxy`,
      );
    }
    findings.warn(
      'config.trust_proxy',
      `the api listens on ${host} and TRUST_PROXY is empty: behind a proxy all clients share one registration limit`,
      'If there is a proxy, set TRUST_PROXY to its addresses (10.0.0.0/8) or the number of proxies. Otherwise ignore this.',
    );
  }

  private mode(findings: Findings): void {
    const { WEB_CONCURRENCY: processes } = this.environment;
    if (hasRedis(this.environment)) return;
    if (processes === 1) {
      return findings.ok(
        'config.mode',
        'one-node mode: the queue is in PostgreSQL, limits and metrics are in the process',
      );
    }
    findings.warn(
      'config.mode',
      `${processes} api processes without Redis: limits and metrics are counted per process`,
      'Set REDIS_HOST, or WEB_CONCURRENCY=1.',
    );
  }

  /** Passwords and addresses should not cross a network in plain text. */
  private encryption(findings: Findings): void {
    const { DATABASE_HOST, DATABASE_SSL, REDIS_HOST, REDIS_SENTINELS, REDIS_TLS } = this.environment;
    const withDatabase = !['disable', 'false'].includes(DATABASE_SSL);
    const connections = [
      ['DATABASE_HOST', DATABASE_HOST, withDatabase, 'DATABASE_SSL=verify-full'],
      ['REDIS_HOST', REDIS_HOST, REDIS_TLS, 'REDIS_TLS=true'],
      ['REDIS_SENTINELS', REDIS_SENTINELS.join(','), REDIS_TLS, 'REDIS_TLS=true'],
      ...smtpAddresses(this.environment).map(({ name, host, tls }) =>
        name === 'primary'
          ? (['SMTP_HOST', host, tls !== 'none', 'SMTP_USE_TLS=starttls'] as const)
          : (['SMTP_FALLBACK_URL', host, tls !== 'none', 'it without ?tls=none'] as const),
      ),
    ] as const;
    for (const [variable, host, encrypted, setting] of connections) {
      if (host === '' || encrypted || isLocal(host)) continue;
      findings.warn(
        'config.encryption',
        `the connection to ${host} (${variable}) is not encrypted`,
        `Set ${setting}, unless the network between is private.`,
      );
    }
    if (SAMPLE_DOMAIN.test(this.environment.SMTP_FROM_EMAIL) && this.environment.NODE_ENV === 'production') {
      findings.warn(
        'config.sender',
        `the sender is ${this.environment.SMTP_FROM_EMAIL}, a domain reserved for examples: mails will be refused as forged`,
        'Set SMTP_FROM_EMAIL to an address of your own domain, with SPF and DKIM.',
      );
    }
  }
}

/** Whether a host, all of several nodes with their ports, or a Unix socket are on this machine. */
const isLocal = (hosts: string): boolean =>
  hosts.split(',').every((host) => {
    return host.startsWith('/') || isLoopback(parseEndpoint(host.trim(), 1)?.host ?? host);
  });
