import ipaddr from 'ipaddr.js';
import { parseEndpoint } from './endpoint';
import { flag, integer, list, mailbox, oneOf, port, secret, text } from './validators';

/** Good enough to try the service, known to everybody: refused when `NODE_ENV=production`. */
export const DEVELOPMENT_SECRET_KEY = 'development-only-secret-key-change-me-in-production';

const origin = (entry: string): string | undefined => {
  const parsed = URL.canParse(entry) ? new URL(entry) : undefined;
  return parsed?.origin === entry ? undefined : `"${entry}" is not an origin such as https://app.example.com`;
};

/** `true` would let every client write its own address into X-Forwarded-For, so it is refused. */
const proxy = (entry: string): string | undefined => {
  if (/^\d{1,2}$/.test(entry) || ['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return undefined;
  if (ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry)) return undefined;
  return `"${entry}" is neither an address, a CIDR range nor a hop count`;
};

const endpoint = (entry: string): string | undefined =>
  parseEndpoint(entry, 1) === undefined ? `"${entry}" is not host:port` : undefined;

/** Every variable of the environment, with its default: the one place that knows them. */
export const variables = {
  APP_NAME: text(64)({ default: 'User Registration', desc: 'Name shown in mails, documents and logs' }),
  APP_VERSION: text(64)({ default: '1.0.0', desc: 'Version shown by the health check and the documents' }),
  NODE_ENV: oneOf(
    'development',
    'test',
    'production',
  )({ default: 'development', desc: 'Kind of deployment' }),
  LOG_LEVEL: oneOf(
    'fatal',
    'error',
    'warn',
    'info',
    'debug',
    'trace',
    'silent',
  )({
    default: 'info',
    desc: 'Least important level that is logged',
  }),

  API_HOST: text()({
    default: '127.0.0.1',
    desc: 'Address the api and the worker listen on (0.0.0.0 in a container)',
  }),
  API_PORT: port({ default: 8000, desc: 'Port of the api' }),
  OPERATIONS_PORT: integer(
    0,
    65_535,
  )({ default: 0, desc: 'Port of the api for metrics and documents alone; 0: they are on API_PORT' }),
  OPERATIONS_HOST: text()({ default: '', desc: 'Address of that port; empty: that of API_HOST' }),
  REQUEST_TIMEOUT_SECONDS: integer(
    1,
    600,
  )({ default: 15, desc: 'Longest a client may take over sending a request' }),
  CONNECTIONS_MAX: integer(1, 1_000_000)({ default: 10_000, desc: 'Connections to an api process' }),
  WEB_CONCURRENCY: integer(
    1,
    64,
  )({
    default: 1,
    desc: 'Number of api processes behind the port; more than one want Redis',
  }),
  WEB_PROCESS_MAX_AGE_SECONDS: integer(
    0,
    2_592_000,
  )({ default: 0, desc: 'Age at which one of several api processes is replaced (0: never)' }),
  WEB_PROCESS_MAX_MEMORY_MB: integer(
    0,
    65_536,
  )({ default: 0, desc: 'Resident memory at which one of several api processes is replaced (0: never)' }),
  WORKER_PORT: port({ default: 8001, desc: 'Port of the probes and metrics of the mailer-worker' }),
  TRUST_PROXY: list(proxy)({
    default: [],
    desc: 'Proxies whose X-Forwarded-For is believed: addresses, CIDR ranges or a hop count',
  }),
  CORS_ORIGINS: list(origin)({ default: [], desc: 'Origins whose pages may call the api' }),
  SHUTDOWN_TIMEOUT_SECONDS: integer(
    1,
    600,
  )({ default: 30, desc: 'Longest wait for requests in flight at shutdown' }),

  DATABASE_HOST: text()({ default: '127.0.0.1', desc: 'PostgreSQL host' }),
  DATABASE_PORT: port({ default: 5432, desc: 'PostgreSQL port' }),
  DATABASE_NAME: text(63)({ default: 'user_registration', desc: 'PostgreSQL database' }),
  DATABASE_USER: text(63)({ default: 'user_registration', desc: 'PostgreSQL role' }),
  DATABASE_PASSWORD: secret()({ default: '', desc: 'Password of that role' }),
  DATABASE_SSL: oneOf(
    'false',
    'true',
    'disable',
    'require',
    'verify-full',
  )({
    default: 'disable',
    desc: 'TLS to PostgreSQL: verify-full (or true) checks certificate and host name, require encrypts only',
  }),
  DATABASE_POOL_SIZE: integer(1, 200)({ default: 10, desc: 'Connections to PostgreSQL, per process' }),
  DATABASE_PREPARE: flag({
    default: true,
    desc: 'Prepared statements; false behind a PgBouncer in transaction mode that does not know them',
  }),

  REDIS_HOST: text(1_024)({
    default: '',
    desc: 'Redis host (with REDIS_CLUSTER some of its nodes, host:port,host:port); empty: one-node mode, without Redis',
  }),
  REDIS_PORT: port({ default: 6379, desc: 'Redis port' }),
  REDIS_DB: integer(0, 15)({ default: 0, desc: 'Redis database number' }),
  REDIS_USERNAME: text()({ default: '', desc: 'Redis user (ACL)' }),
  REDIS_PASSWORD: secret()({ default: '', desc: 'Redis password' }),
  REDIS_TLS: flag({ default: false, desc: 'TLS to Redis, certificate and host name checked' }),
  REDIS_CLUSTER: flag({ default: false, desc: 'Redis is a cluster, and REDIS_HOST lists some of its nodes' }),
  REDIS_SENTINELS: list(endpoint)({
    default: [],
    desc: 'Sentinels that know which Redis is the primary, host:port,host:port; instead of REDIS_HOST',
  }),
  REDIS_SENTINEL_NAME: text()({ default: 'mymaster', desc: 'What the sentinels call that primary' }),
  REDIS_SENTINEL_PASSWORD: secret()({ default: '', desc: 'Password of the sentinels' }),

  SECRET_KEY: secret(32)({
    default: DEVELOPMENT_SECRET_KEY,
    desc: 'Key the activation codes are derived from: 32 characters or more, the same in api and worker',
  }),
  SECRET_KEY_PREVIOUS: secret(32)({
    default: '',
    desc: 'The key before a rotation: its codes are accepted for the rest of their lives',
  }),

  ACTIVATION_CODE_LENGTH: integer(4, 8)({ default: 4, desc: 'Digits of a code' }),
  ACTIVATION_CODE_EXPIRY_SECONDS: integer(
    10,
    86_400,
  )({
    default: 60,
    desc: 'Life of a code, from the moment its mail is handed to the mail server',
  }),
  ACTIVATION_CODE_MAX_ATTEMPTS: integer(1, 100)({ default: 5, desc: 'Wrong tries a code survives' }),
  ACTIVATION_CODE_MAX_RESENDS: integer(
    1,
    1_000,
  )({ default: 10, desc: 'New codes that one registration may ask for; then it dies with its last code' }),
  PASSWORD_MIN_LENGTH: integer(1, 72)({ default: 8, desc: 'Fewest characters of a password' }),
  PASSWORD_BLOCKLIST: flag({ default: true, desc: 'Refuse the commonest passwords' }),
  BCRYPT_COST: integer(
    4,
    15,
  )({ default: 12, desc: 'Work factor of bcrypt; under 10 is refused in production' }),
  CONCEAL_REGISTERED_EMAILS: flag({
    default: false,
    desc: 'Answer a taken address as a free one and tell its owner by mail',
  }),

  SMTP_HOST: text()({ default: '127.0.0.1', desc: 'Mail server' }),
  SMTP_PORT: port({ default: 1025, desc: 'Port of the mail server; 465 means TLS from the first byte' }),
  SMTP_USERNAME: text()({ default: '', desc: 'User at the mail server' }),
  SMTP_PASSWORD: secret()({ default: '', desc: 'Password at the mail server' }),
  SMTP_FROM_EMAIL: mailbox({ default: 'noreply@example.com', desc: 'Sender of the mails' }),
  SMTP_USE_TLS: flag({ default: false, desc: 'Require TLS (STARTTLS, or from the first byte on port 465)' }),
  MAIL_CONCURRENCY: integer(1, 100)({ default: 10, desc: 'Mails a worker sends at once' }),

  OTEL_EXPORTER_OTLP_ENDPOINT: text()({
    default: '',
    desc: 'OTLP collector that traces are sent to, such as http://127.0.0.1:4318; empty: no tracing',
  }),

  PURGE_INTERVAL_SECONDS: integer(
    0,
    604_800,
  )({
    default: 0,
    desc: 'How often the mailer-worker purges dead registrations; 0: never, `codes purge` does',
  }),
  PURGE_OLDER_THAN_SECONDS: integer(
    0,
    315_360_000,
  )({ default: 3_600, desc: 'How long dead registrations are kept by that' }),

  ENABLE_METRICS: flag({ default: true, desc: 'Record and serve metrics' }),
  ENABLE_RATE_LIMITING: flag({ default: true, desc: 'Enforce the rate limits' }),
  ENABLE_DOCS: flag({ default: true, desc: 'Serve /docs, /docs/reference and /docs-json' }),
  QUEUE_PAGE_PASSWORD: secret(16)({
    default: '',
    desc: 'Password of the queue page that the mailer-worker then has at /queue: 16 characters or more; empty: no page',
  }),
  RATE_LIMIT_GLOBAL_PER_MINUTE: integer(1, 10_000_000)({ default: 1000, desc: 'Requests to one route' }),
  RATE_LIMIT_REGISTRATION_PER_HOUR: integer(
    1,
    1_000_000,
  )({ default: 5, desc: 'Registrations by one client' }),
  RATE_LIMIT_ACTIVATION_PER_MINUTE: integer(
    1,
    1_000_000,
  )({
    default: 3,
    desc: 'Activation attempts for one address, and wrong passwords by one client for it',
  }),
  RATE_LIMIT_RESEND_PER_MINUTE: integer(1, 1_000_000)({ default: 1, desc: 'New codes for one address' }),
};
