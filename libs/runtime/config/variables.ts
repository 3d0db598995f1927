import {
  collectorFault,
  colorFault,
  endpointFault,
  hostFault,
  httpsFault,
  keyPrefixFault,
  mailboxFault,
  mailHostFault,
  originFault,
  proxyFault,
  publicPathFault,
  redisHostFault,
  smtpUrlFault,
  webhookFault,
  webhookSecretFault,
} from './faults';
import { flag, integer, list, oneOf, port, secret, text } from './kinds';

/** Good enough to try the service, and known to everyone: refused in production and beyond loopback. */
export const DEVELOPMENT_SECRET_KEY = 'development-only-secret-key-change-me-in-production';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const TLS_MODES = ['none', 'starttls', 'implicit', 'false', 'true'] as const;
const SSL_MODES = ['false', 'true', 'disable', 'require', 'verify-full'] as const;

/**
 * Every variable of the environment, one a line, in the sections of docs/configuration.md. That page and .env.example
 * are made of this table by `npm run config:docs`.
 */
// prettier-ignore -- a table: one variable a line
export const sections = {
  'The service': {
    APP_NAME: text('User Registration', 'Name shown in mails, documents and logs', { max: 64 }),
    APP_VERSION: text('1.0.0', 'Version shown by the health check and the documents', { max: 64 }),
    NODE_ENV: oneOf(
      ['development', 'test', 'production'],
      'development',
      'Kind of deployment; production refuses the default SECRET_KEY and a BCRYPT_COST under 10',
    ),
    LOG_LEVEL: oneOf(LOG_LEVELS, 'info', 'Least important level that is logged'),
  },
  HTTP: {
    API_HOST: text('127.0.0.1', 'Address the api and the worker listen on (0.0.0.0 in a container)', {
      fault: hostFault,
    }),
    API_PORT: port(8000, 'Port of the api'),
    PUBLIC_PATH: text(
      '',
      'Path that a proxy puts before those of the api and takes away again, such as /auth; empty: none',
      { max: 256, fault: publicPathFault },
    ),
    OPERATIONS_PORT: integer(
      0,
      65_535,
      0,
      'Port of the api for metrics and documents alone; 0: they are on API_PORT',
    ),
    OPERATIONS_HOST: text('', 'Address of that port; empty: that of API_HOST', { fault: hostFault }),
    REQUEST_TIMEOUT_SECONDS: integer(
      1,
      600,
      15,
      'Longest a client may take over sending a request; over its headers 10 s at most',
    ),
    CONNECTIONS_MAX: integer(
      1,
      1_000_000,
      10_000,
      'Connections to a process, on each of its ports; idle ones give way to new ones, and one client address holds a quarter at most',
    ),
    WEB_CONCURRENCY: integer(
      1,
      64,
      1,
      'Number of api processes behind the port; running more than one requires Redis',
    ),
    WEB_PROCESS_MAX_AGE_SECONDS: integer(
      0,
      2_592_000,
      0,
      'Age at which one of several api processes is replaced (0: never)',
    ),
    WEB_PROCESS_MAX_MEMORY_MB: integer(
      0,
      65_536,
      0,
      'Resident memory in MiB at which one of several api processes is replaced (0: never)',
    ),
    WORKER_PORT: port(8001, 'Port of the probes and metrics of the mailer-worker'),
    TRUST_PROXY: list(
      proxyFault,
      'Proxies whose X-Forwarded-For is believed: addresses, CIDR ranges, loopback, linklocal, uniquelocal, or one hop count',
    ),
    HSTS_INCLUDE_SUBDOMAINS: flag(
      false,
      'Answers over TLS ask browsers to use TLS for every subdomain as well',
    ),
    CORS_ORIGINS: list(originFault, 'Origins whose pages may call the api, such as https://app.example.com'),
    SHUTDOWN_TIMEOUT_SECONDS: integer(1, 600, 30, 'Longest wait for requests in flight at shutdown'),
  },
  PostgreSQL: {
    DATABASE_HOST: text('127.0.0.1', 'PostgreSQL host', { fault: hostFault }),
    DATABASE_PORT: port(5432, 'PostgreSQL port'),
    DATABASE_NAME: text('user_registration', 'PostgreSQL database', { max: 63 }),
    DATABASE_USER: text('user_registration', 'PostgreSQL role', { max: 63 }),
    DATABASE_PASSWORD: secret(0, '', 'Password of that role'),
    DATABASE_SSL: oneOf(
      SSL_MODES,
      'disable',
      'TLS to PostgreSQL: verify-full (or true) checks certificate and host name, require encrypts only',
    ),
    DATABASE_POOL_SIZE: integer(1, 200, 10, 'Connections to PostgreSQL, per process'),
    DATABASE_PREPARE: flag(
      true,
      'Prepared statements; false behind a PgBouncer in transaction mode that does not know them (before 1.21)',
    ),
  },
  Redis: {
    REDIS_HOST: text(
      '',
      'Redis host (with REDIS_CLUSTER some of its nodes, host:port,host:port); empty: one-node mode, without Redis',
      { max: 1_024, fault: redisHostFault },
    ),
    REDIS_PORT: port(6379, 'Redis port'),
    REDIS_DB: integer(0, 15, 0, 'Redis database number'),
    REDIS_USERNAME: text('', 'Redis user (ACL)'),
    REDIS_PASSWORD: secret(0, '', 'Redis password'),
    REDIS_KEY_PREFIX: text(
      'user-registration',
      'Beginning of every key; deployments that share a Redis need one each',
      { fault: keyPrefixFault },
    ),
    REDIS_TLS: flag(false, 'TLS to Redis, certificate and host name checked'),
    REDIS_CLUSTER: flag(false, 'Redis is a cluster, and REDIS_HOST lists some of its nodes'),
    REDIS_SENTINELS: list(
      endpointFault,
      'Sentinels that know which Redis is the primary, host:port,host:port; instead of REDIS_HOST',
    ),
    REDIS_SENTINEL_NAME: text('mymaster', 'What the sentinels call that primary'),
    REDIS_SENTINEL_PASSWORD: secret(0, '', 'Password of the sentinels'),
  },
  'Codes and passwords': {
    SECRET_KEY: secret(
      32,
      DEVELOPMENT_SECRET_KEY,
      'Key the activation codes are derived from, the same in api and worker: openssl rand -base64 48',
    ),
    SECRET_KEY_PREVIOUS: secret(
      32,
      '',
      'The key before a rotation: its codes are accepted for the rest of their lives',
    ),
    ACTIVATION_CODE_LENGTH: integer(4, 8, 4, 'Digits of a code'),
    ACTIVATION_CODE_EXPIRY_SECONDS: integer(
      10,
      86_400,
      60,
      'Life of a code, from the moment its mail is handed to the mail server',
    ),
    ACTIVATION_CODE_MAX_ATTEMPTS: integer(1, 100, 3, 'Wrong tries that end a code'),
    ACTIVATION_CODE_MAX_RESENDS: integer(
      1,
      1_000,
      10,
      'New codes that one registration may ask for; then it dies with its last code',
    ),
    PASSWORD_MIN_LENGTH: integer(1, 72, 8, 'Fewest characters of a password'),
    PASSWORD_BLOCKLIST: flag(true, 'Refuse the most common passwords'),
    PASSWORD_MEMORY_SECONDS: integer(
      0,
      3_600,
      300,
      'How long a process remembers that a password was right, to answer without hashing; 0: not at all',
    ),
    BCRYPT_COST: integer(
      4,
      15,
      12,
      'Work factor of bcrypt, each step doubles the work; under 10 is refused in production',
    ),
    ENABLE_SELF_DELETION: flag(false, 'Let people delete their accounts with DELETE /api/v1/users/me'),
    CONCEAL_REGISTERED_EMAILS: flag(false, 'Answer a taken address as a free one and tell its owner by mail'),
  },
  Mail: {
    SMTP_HOST: text('127.0.0.1', 'Mail server', { fault: mailHostFault }),
    SMTP_PORT: port(1025, 'Port of the mail server; with TLS, 465 means from the first byte'),
    SMTP_USERNAME: text('', 'User at the mail server; needs SMTP_PASSWORD'),
    SMTP_PASSWORD: secret(0, '', 'Password at the mail server'),
    SMTP_FROM_EMAIL: text('noreply@example.com', 'Sender of the mails', { fault: mailboxFault }),
    SMTP_USE_TLS: oneOf(
      TLS_MODES,
      'none',
      'TLS to the mail server: starttls (or true) requires it, implicit is from the first byte, none (or false) does without',
    ),
    SMTP_TIMEOUT_SECONDS: integer(
      5,
      600,
      60,
      'Longest wait for the mail server to answer, the final dot of a mail included; a greeting has 30 s',
    ),
    SMTP_MESSAGES_PER_CONNECTION: integer(1, 10_000, 100, 'Mails over one connection to the mail server'),
    SMTP_FALLBACK_URL: secret(
      0,
      '',
      'Second mail server, for while the first fails: smtps://user:password@host:465, or smtp:// for STARTTLS (?tls=none for none); empty: none',
      smtpUrlFault,
    ),
    SMTP_BOUNCE_ADDRESS: text(
      '',
      'Address that bounces go to, with a signed tag after a plus sign: bounces@example.com; empty: SMTP_FROM_EMAIL, without a tag',
      { fault: (value) => (value === '' ? undefined : mailboxFault(value)) },
    ),
    MAIL_CODE_IN_SUBJECT: flag(
      false,
      'Begin the subject with the code; mail servers log subjects, and locked screens show them',
    ),
    MAIL_TEMPLATES_DIR: text(
      '',
      'Folder of your own mail templates and languages: <language>/<mail>.{subject,text,html}.hbs; the same for api and worker',
      { max: 1_024 },
    ),
    PUBLIC_ORIGIN: text(
      '',
      'Origin of your site, such as https://app.example.com: mails get a button to its /activate page and a line for autofill; empty: neither',
      { fault: (value) => (value === '' ? undefined : originFault(value)) },
    ),
    BRAND_NAME: text('', 'Name in mails; empty: APP_NAME', { max: 64 }),
    BRAND_COLOR: text('#1f4fd8', 'Colour of the button in mails', { fault: colorFault }),
    BRAND_LOGO_URL: text('', 'Picture at the top of mails, https; empty: the name', {
      max: 2_048,
      fault: httpsFault,
    }),
    SUPPORT_ADDRESS: text('', 'Address in mails for questions; empty: none', {
      fault: (value) => (value === '' ? undefined : mailboxFault(value)),
    }),
    MAIL_CONCURRENCY: integer(1, 100, 10, 'Mails a worker sends concurrently'),
  },
  Events: {
    EVENTS_TOKEN: secret(32, '', 'Bearer token of the event feed; empty: no feed'),
    EVENTS_INCLUDE_EMAIL: flag(false, 'Write the address into the events, too'),
    EVENTS_RETENTION_DAYS: integer(1, 3_650, 30, 'How long events are kept'),
    WEBHOOK_URL: text('', 'Where events are sent to, as Standard Webhooks says; empty: nowhere', {
      max: 2_048,
      fault: webhookFault,
    }),
    WEBHOOK_SECRET: secret(
      0,
      '',
      'Key that webhooks are signed with: echo whsec_$(openssl rand -base64 32)',
      webhookSecretFault,
    ),
    WEBHOOK_SECRET_PREVIOUS: secret(
      0,
      '',
      'The key before a rotation: webhooks are signed with both',
      webhookSecretFault,
    ),
  },
  Operation: {
    LOG_CLIENT_ADDRESS: flag(
      false,
      'Lines of refused requests name the client by its address, and not by a digest that lives a day',
    ),
    OTEL_EXPORTER_OTLP_ENDPOINT: text(
      '',
      'OTLP collector that traces are sent to, such as http://127.0.0.1:4318; empty: no tracing',
      { fault: collectorFault },
    ),
    PURGE_INTERVAL_SECONDS: integer(
      0,
      604_800,
      3_600,
      'How often the mailer-worker purges dead registrations and old events; 0: never, `codes purge` does',
    ),
    PURGE_OLDER_THAN_SECONDS: integer(0, 315_360_000, 3_600, 'How long dead registrations are kept by that'),
    ENABLE_METRICS: flag(true, 'Record and serve metrics'),
    ENABLE_RATE_LIMITING: flag(true, 'Enforce the rate limits'),
    ENABLE_DOCS: flag(true, 'Serve /docs, /docs-json and /docs-yaml'),
  },
  Limits: {
    RATE_LIMIT_CLIENT_PER_MINUTE: integer(1, 10_000_000, 100, 'Requests by one client to one route'),
    RATE_LIMIT_GLOBAL_PER_MINUTE: integer(1, 10_000_000, 1_000, 'Requests to one route'),
    RATE_LIMIT_REGISTRATION_PER_HOUR: integer(1, 1_000_000, 5, 'Registrations by one client'),
    RATE_LIMIT_ACTIVATION_PER_MINUTE: integer(
      1,
      1_000_000,
      3,
      'Activation attempts for one account, and wrong passwords by one client for one address',
    ),
    RATE_LIMIT_CREDENTIALS_PER_MINUTE: integer(
      1,
      1_000_000,
      20,
      'Wrong passwords by one client over all addresses',
    ),
    RATE_LIMIT_RESEND_PER_MINUTE: integer(1, 1_000_000, 1, 'New codes for one account'),
    MAIL_PER_ADDRESS_PER_DAY: integer(1, 1_000, 20, 'Mails to one mailbox; plus tags are one mailbox'),
  },
} as const;

/** The same without the sections. */
export const variables = {
  ...sections['The service'],
  ...sections.HTTP,
  ...sections.PostgreSQL,
  ...sections.Redis,
  ...sections['Codes and passwords'],
  ...sections.Mail,
  ...sections.Events,
  ...sections.Operation,
  ...sections.Limits,
};
