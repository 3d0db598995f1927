import type { Environment } from '../config/environment';
import { serverIdentity } from '../config/endpoint';

/** Connection settings of postgres.js. */
export function databaseAddress(environment: Environment) {
  const verified = { rejectUnauthorized: true, ...serverIdentity(environment.DATABASE_HOST) };
  return {
    host: environment.DATABASE_HOST,
    port: environment.DATABASE_PORT,
    database: environment.DATABASE_NAME,
    user: environment.DATABASE_USER,
    password: environment.DATABASE_PASSWORD,
    ssl: {
      false: false as const,
      disable: false as const,
      require: { rejectUnauthorized: false },
      'verify-full': verified,
      true: verified,
    }[environment.DATABASE_SSL],
  };
}
