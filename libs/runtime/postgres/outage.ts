import { types } from 'node:util';
import { Unavailable } from '../lifecycle/deadline';

/** A write was refused: the server is a replica, or has become one in a fail-over. */
export const READ_ONLY = '25006';

/**
 * Errors about the server, the connection, or the privileges of this role, rather than the query: the caller may
 * retry. Source: appendix A of the PostgreSQL manual.
 */
const SQLSTATES = [
  // Connection; authorization; no such database; resources; limits, such as used up transaction ids; not in the required
  // state, or locked; operator intervention; system error; configuration file; internal error, such as damaged files.
  /^(08|28|3D|53|54|55|57|58|F0|XX)/,
  // Read-only; serialization failure; deadlock.
  /^(25006|40001|40P01)$/,
  // Missing privilege; missing table, column, schema or function: the schema is older, or the search path hides it.
  /^(42501|42P01|42703|3F000|42883)$/,
];

/** Codes of postgres.js, of Node's sockets and of its TLS. */
const CODES = [
  /^(CONNECT|CONNECTION)_/,
  /^(SASL_|AUTH_TYPE_NOT_IMPLEMENTED)/,
  /^E(CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|PROTO|MFILE|NFILE|NOBUFS|ADDRNOTAVAIL)/,
  /^(DEPTH_ZERO_|SELF_SIGNED_|CERT_|UNABLE_TO_|ERR_TLS_|ERR_SSL_)/,
];

/** The error to throw for an error of the driver: `Unavailable` for an outage, with the original as cause. */
export function asOutage(error: unknown): unknown {
  // An error of Node itself is no `Error` of the realm in which Jest runs a test.
  if (!types.isNativeError(error) || error instanceof Unavailable) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (![...SQLSTATES, ...CODES].some((pattern) => pattern.test(code))) return error;
  return new Unavailable('database', code, { cause: error });
}
