import { Unavailable, type Environment } from '@app/runtime';
import { PROGRAM_NAME } from './root-command';

/** The fault, as a sentence without its full stop, and how to fix it. */
export interface Fault {
  readonly wrong: string;
  readonly fix: string;
}

type Explanation = readonly [codes: RegExp, wrong: string, fix: string];

/** By SQLSTATE (appendix A of the PostgreSQL manual), or by the error code of postgres.js, Node or OpenSSL. */
function explanations(environment: Environment): readonly Explanation[] {
  const { DATABASE_HOST: host, DATABASE_NAME: name, DATABASE_USER: user, DATABASE_SSL: mode } = environment;
  const where = placeOf(environment);
  const connection = connectionFix(environment);
  return [
    [/^ECONNREFUSED$/, `${where} refuses connections (ECONNREFUSED)`, connection],
    [
      /^(ENOTFOUND|EAI_AGAIN)$/,
      `The host name "${host}" cannot be resolved`,
      'Check DATABASE_HOST and the DNS server.',
    ],
    [/^(CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, `${where} does not answer`, connection],
    [/^(CONNECTION_|ECONNRESET|EPIPE|57P01|57P02|08)/, `${where} closed the connection`, connection],
    [/^57P03$/, `${where} is starting or stopping`, connection],
    [
      /^28/,
      `PostgreSQL refuses to log in the role "${user}"`,
      'Check DATABASE_USER and DATABASE_PASSWORD, and pg_hba.conf on the server.',
    ],
    [
      /^3D000$/,
      `The database "${name}" does not exist`,
      `Create it (createdb ${name}), or check DATABASE_NAME.`,
    ],
    [
      /^53300$/,
      'PostgreSQL has no free connections',
      'Raise max_connections, lower DATABASE_POOL_SIZE, or use PgBouncer.',
    ],
    [
      /^42501$/,
      `The role "${user}" lacks privileges`,
      `Run "${PROGRAM_NAME} doctor": it prints the missing GRANT statements. Migrations and rollbacks need the owner of the tables.`,
    ],
    [
      /^25006$/,
      'This PostgreSQL is read-only',
      'Point DATABASE_HOST to the primary: replicas and servers in recovery are read-only.',
    ],
    [
      /^(42P01|42703|3F000)$/,
      'The database lacks a table or a column that this version needs',
      `Apply the pending migrations: ${PROGRAM_NAME} db migrate`,
    ],
    [
      /^(DEPTH_ZERO_|SELF_SIGNED_|CERT_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO)/,
      `The TLS connection to PostgreSQL failed (DATABASE_SSL=${mode})`,
      'Enable TLS on the server with a certificate that is trusted here (NODE_EXTRA_CA_CERTS), or change DATABASE_SSL.',
    ],
  ];
}

const placeOf = ({ DATABASE_HOST: host, DATABASE_PORT: port }: Environment): string =>
  `PostgreSQL at ${host}:${port}`;

function connectionFix({ DATABASE_SSL: mode }: Environment): string {
  const fix =
    'Check that it is running, that no firewall blocks the connection, and DATABASE_HOST and DATABASE_PORT.';
  if (['disable', 'false'].includes(mode)) return fix;
  // A server without TLS closes the connection.
  return `${fix} Without TLS on the server, DATABASE_SSL=${mode} cannot work: set DATABASE_SSL=disable.`;
}

/** Explains an error of PostgreSQL or of the connection to it. Null if the error is about something else. */
export function explainDatabaseError(error: unknown, environment: Environment): Fault | null {
  if (error instanceof Unavailable && error.cause === undefined) {
    return { wrong: `${placeOf(environment)} gives ${error.reason}`, fix: connectionFix(environment) };
  }
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const code = (each as NodeJS.ErrnoException).code ?? '';
    const found = explanations(environment).find(([codes]) => codes.test(code));
    if (found !== undefined) return { wrong: found[1], fix: found[2] };
  }
  return null;
}
