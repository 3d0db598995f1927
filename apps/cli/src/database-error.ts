import { Unavailable, type Environment } from '@app/runtime';
import { PROGRAM_NAME } from './root-command';

/** The fault, as a sentence without its full stop, and how to fix it. */
export interface Fault {
  readonly wrong: string;
  readonly fix: string;
}

type Explain = (environment: Environment) => Fault;

/** A server without TLS closes the connection. */
const tlsHint = ({ DATABASE_SSL: mode }: Environment): string =>
  ['disable', 'false'].includes(mode)
    ? ''
    : ` Without TLS on the server, DATABASE_SSL=${mode} cannot work: set DATABASE_SSL=disable.`;
const where = (environment: Environment): string =>
  `${environment.DATABASE_HOST}:${environment.DATABASE_PORT}`;
const unreachable =
  (what: string): Explain =>
  (environment) => ({
    wrong: `PostgreSQL at ${where(environment)} ${what}`,
    fix: `Check that it is running, that no firewall blocks the connection, and DATABASE_HOST and DATABASE_PORT.${tlsHint(environment)}`,
  });
const schema: Explain = () => ({
  wrong: 'The database lacks a table or a column that this version needs',
  fix: `Apply the pending migrations: ${PROGRAM_NAME} db migrate`,
});
const encryption: Explain = ({ DATABASE_SSL: mode }) => ({
  wrong: `The TLS connection to PostgreSQL failed (DATABASE_SSL=${mode})`,
  fix: 'Enable TLS on the server with a certificate that is trusted here (NODE_EXTRA_CA_CERTS), or change DATABASE_SSL.',
});

/** By SQLSTATE (appendix A of the PostgreSQL manual), or by the error code of postgres.js, Node or OpenSSL. */
const EXPLANATIONS: readonly (readonly [RegExp, Explain])[] = [
  [/^ECONNREFUSED$/, unreachable('refuses connections (ECONNREFUSED)')],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    ({ DATABASE_HOST: host }) => ({
      wrong: `The host name "${host}" cannot be resolved`,
      fix: 'Check DATABASE_HOST and the DNS server.',
    }),
  ],
  [/^(CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, unreachable('does not answer')],
  [/^(CONNECTION_|ECONNRESET|EPIPE|57P01|57P02|08)/, unreachable('closed the connection')],
  [/^57P03$/, unreachable('is starting or stopping')],
  [
    /^28/,
    ({ DATABASE_USER: user }) => ({
      wrong: `PostgreSQL refuses to log in the role "${user}"`,
      fix: 'Check DATABASE_USER and DATABASE_PASSWORD, and pg_hba.conf on the server.',
    }),
  ],
  [
    /^3D000$/,
    ({ DATABASE_NAME: name }) => ({
      wrong: `The database "${name}" does not exist`,
      fix: `Create it (createdb ${name}), or check DATABASE_NAME.`,
    }),
  ],
  [
    /^53300$/,
    () => ({
      wrong: 'PostgreSQL has no free connections',
      fix: 'Raise max_connections, lower DATABASE_POOL_SIZE, or use PgBouncer.',
    }),
  ],
  [
    /^42501$/,
    ({ DATABASE_USER: user }) => ({
      wrong: `The role "${user}" lacks privileges`,
      fix: `Run "${PROGRAM_NAME} doctor": it prints the missing GRANT statements. Migrations and rollbacks need the owner of the tables.`,
    }),
  ],
  [
    /^25006$/,
    () => ({
      wrong: 'This PostgreSQL is read-only',
      fix: 'Point DATABASE_HOST to the primary: replicas and servers in recovery are read-only.',
    }),
  ],
  [/^(42P01|42703|3F000)$/, schema],
  [/^(DEPTH_ZERO_|SELF_SIGNED_|CERT_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO)/, encryption],
];

/** Explains an error of PostgreSQL or of the connection to it. Null if the error is about something else. */
export function explainDatabaseError(error: unknown, environment: Environment): Fault | null {
  if (error instanceof Unavailable && error.cause === undefined) {
    return unreachable(`gives ${error.reason}`)(environment);
  }
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const code = (each as NodeJS.ErrnoException).code ?? '';
    const found = EXPLANATIONS.find(([pattern]) => pattern.test(code));
    if (found !== undefined) return found[1](environment);
  }
  return null;
}
