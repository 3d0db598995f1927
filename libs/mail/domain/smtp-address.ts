import type { Environment } from '@app/runtime';

type TlsMode = 'none' | 'starttls' | 'implicit';

/** One mail server and how to sign in there. */
export interface SmtpAddress {
  readonly name: 'primary' | 'fallback';
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  readonly user: string;
  readonly password: string;
}

const IMPLICIT_TLS_PORT = 465;

/** Port 465 uses TLS from the first byte (RFC 8314) unless TLS is turned off. */
function tlsMode(value: Environment['SMTP_USE_TLS'], port: number): TlsMode {
  if (value === 'implicit') return 'implicit';
  if (value === 'starttls' || value === 'true') return port === IMPLICIT_TLS_PORT ? 'implicit' : 'starttls';
  return 'none';
}

/** The servers, in the order in which they are tried. */
export function smtpAddresses(environment: Environment): readonly SmtpAddress[] {
  const primary: SmtpAddress = {
    name: 'primary',
    host: withoutBrackets(environment.SMTP_HOST),
    port: environment.SMTP_PORT,
    tls: tlsMode(environment.SMTP_USE_TLS, environment.SMTP_PORT),
    user: environment.SMTP_USERNAME,
    password: environment.SMTP_PASSWORD,
  };
  const fallback = environment.SMTP_FALLBACK_URL;
  return fallback === '' ? [primary] : [primary, parseSmtpUrl(fallback)];
}

/** `smtps:` is implicit TLS; `smtp:` is STARTTLS, or none with `?tls=none`. User and password are percent-encoded. */
function parseSmtpUrl(text: string): SmtpAddress {
  const url = new URL(text);
  if (!['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') throw new Error('not an SMTP URL');
  const secure = url.protocol === 'smtps:';
  const port = Number(url.port) || (secure ? IMPLICIT_TLS_PORT : 587);
  const tls = url.searchParams.get('tls') === 'none' ? 'none' : tlsMode('starttls', port);
  return {
    name: 'fallback',
    host: withoutBrackets(url.hostname),
    port,
    tls: secure ? 'implicit' : tls,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
