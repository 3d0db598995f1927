import * as faults from './faults';
import { flag, integer, list, oneOf, port, secret, text } from './kinds';

/** Publicly known, for trying the service only. Refused in production and when the api listens beyond loopback. */
export const DEVELOPMENT_SECRET_KEY = 'development-only-secret-key-change-me-in-production';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const TLS_MODES = ['none', 'starttls', 'implicit', 'false', 'true'] as const;
const SSL_MODES = ['false', 'true', 'disable', 'require', 'verify-full'] as const;

/**
 * Every environment variable, in the sections of docs/configuration.md. `npm run config:docs` generates that page and
 * .env.example from this table. It has one variable per line.
 */
// prettier-ignore
export const sections = {
  'The service': {
    APP_NAME: text({ default: 'User Registration', max: 64 }, 'Name shown in mails, the API documentation and logs'),
    APP_VERSION: text({ default: '1.0.0', max: 64 }, 'Version shown in the health check and the API documentation'),
    NODE_ENV: oneOf(['development', 'test', 'production'], 'development', 'Environment; production refuses the default SECRET_KEY and a BCRYPT_COST below 10'),
    LOG_LEVEL: oneOf(LOG_LEVELS, 'info', 'Lowest level that is logged'),
  },
  HTTP: {
    API_HOST: text({ default: '127.0.0.1', fault: faults.host }, 'Address that the api and the worker listen on (0.0.0.0 in a container)'),
    API_PORT: port(8000, 'Port of the api'),
    PUBLIC_PATH: text({ max: 256, fault: faults.publicPath }, 'Path prefix, such as /auth, that clients use and the proxy strips; empty: none'),
    OPERATIONS_PORT: integer({ min: 0, max: 65_535, default: 0 }, 'Separate api port for metrics, the event feed and the API documentation; 0: all are on API_PORT'),
    OPERATIONS_HOST: text({ fault: faults.host }, 'Address of OPERATIONS_PORT; empty: API_HOST'),
    REQUEST_TIMEOUT_SECONDS: integer({ min: 1, max: 600, default: 15 }, 'Time limit for a client to send a request; its headers must arrive within 10 s'),
    CONNECTIONS_MAX: integer({ min: 1, max: 1_000_000, default: 10_000 }, 'Maximum connections per process and port; new connections replace idle ones, and one client address gets at most a quarter'),
    WEB_CONCURRENCY: integer({ min: 1, max: 64, default: 1 }, 'Number of api processes; running more than one requires Redis'),
    WEB_PROCESS_MAX_AGE_SECONDS: integer({ min: 0, max: 2_592_000, default: 0 }, 'Age at which an api process is replaced, if there are several; 0: never'),
    WEB_PROCESS_MAX_MEMORY_MB: integer({ min: 0, max: 65_536, default: 0 }, 'Resident memory, in MiB, at which an api process is replaced, if there are several; 0: never'),
    WORKER_PORT: port(8001, 'Port of the mailer-worker for probes and metrics'),
    TRUST_PROXY: list(faults.proxy, 'Proxies whose X-Forwarded-For header is trusted: addresses, CIDR ranges, loopback, linklocal, uniquelocal, or one hop count'),
    HSTS_INCLUDE_SUBDOMAINS: flag(false, 'Add includeSubDomains to the Strict-Transport-Security header'),
    CORS_ORIGINS: list(faults.origin, 'Origins whose pages may call the API, such as https://app.example.com'),
    SHUTDOWN_TIMEOUT_SECONDS: integer({ min: 1, max: 600, default: 30 }, 'Time limit for finishing requests in flight at shutdown'),
  },
  PostgreSQL: {
    DATABASE_HOST: text({ default: '127.0.0.1', fault: faults.databaseHost }, 'PostgreSQL host'),
    DATABASE_PORT: port(5432, 'PostgreSQL port'),
    DATABASE_NAME: text({ default: 'user_registration', max: 63 }, 'PostgreSQL database'),
    DATABASE_USER: text({ default: 'user_registration', max: 63 }, 'PostgreSQL role'),
    DATABASE_PASSWORD: secret({}, 'PostgreSQL password'),
    DATABASE_SSL: oneOf(SSL_MODES, 'disable', 'TLS to PostgreSQL: verify-full (or true) checks the certificate and the host name, require only encrypts'),
    DATABASE_POOL_SIZE: integer({ min: 1, max: 200, default: 10 }, 'Maximum connections to PostgreSQL per process'),
    DATABASE_PREPARE: flag(true, 'Use prepared statements; false for a PgBouncer older than 1.21 in transaction mode'),
  },
  Redis: {
    REDIS_HOST: text({ max: 1_024, fault: faults.redisHost }, 'Redis host, or with REDIS_CLUSTER some nodes as host:port,host:port; empty: one-node mode, without Redis'),
    REDIS_PORT: port(6379, 'Redis port'),
    REDIS_DB: integer({ min: 0, max: 15, default: 0 }, 'Redis database number'),
    REDIS_USERNAME: text({}, 'Redis user (ACL)'),
    REDIS_PASSWORD: secret({}, 'Redis password'),
    REDIS_KEY_PREFIX: text({ default: 'user-registration', fault: faults.keyPrefix }, 'Prefix of every key; deployments that share a Redis need different prefixes'),
    REDIS_TLS: flag(false, 'Use TLS to Redis; the certificate and the host name are checked'),
    REDIS_CLUSTER: flag(false, 'Redis is a cluster; REDIS_HOST lists some of its nodes'),
    REDIS_SENTINELS: list(faults.endpoint, 'Redis Sentinels as host:port,host:port, instead of REDIS_HOST'),
    REDIS_SENTINEL_NAME: text({ default: 'mymaster' }, 'Name that the sentinels give the primary'),
    REDIS_SENTINEL_PASSWORD: secret({}, 'Password of the sentinels'),
  },
  'Codes and passwords': {
    SECRET_KEY: secret({ min: 32, default: DEVELOPMENT_SECRET_KEY }, 'Key that activation codes are derived from, the same for api and worker: openssl rand -base64 48'),
    SECRET_KEY_PREVIOUS: secret({ min: 32 }, 'The key before a rotation; codes made with it are accepted until they expire'),
    ACTIVATION_CODE_LENGTH: integer({ min: 4, max: 8, default: 4 }, 'Number of digits of a code'),
    ACTIVATION_CODE_EXPIRY_SECONDS: integer({ min: 10, max: 86_400, default: 60 }, 'Lifetime of a code, counted from when the mail server accepts its mail'),
    ACTIVATION_CODE_MAX_ATTEMPTS: integer({ min: 1, max: 100, default: 3 }, 'Failed attempts that invalidate a code'),
    ACTIVATION_CODE_MAX_RESENDS: integer({ min: 1, max: 1_000, default: 10 }, 'New codes that one registration may request; it expires with the last one'),
    PASSWORD_MIN_LENGTH: integer({ min: 1, max: 72, default: 8 }, 'Minimum number of characters in a password'),
    PASSWORD_BLOCKLIST: flag(true, 'Refuse the most common passwords'),
    PASSWORD_MEMORY_SECONDS: integer({ min: 0, max: 3_600, default: 300 }, 'How long a process remembers that a password was right, to answer without hashing; 0: never'),
    BCRYPT_COST: integer({ min: 4, max: 15, default: 12 }, 'Work factor of bcrypt; each step doubles the work, and production refuses values below 10'),
    ENABLE_SELF_DELETION: flag(false, 'Let people delete their accounts with DELETE /api/v1/users/me'),
    CONCEAL_REGISTERED_EMAILS: flag(false, 'Give the same answer for registered and unregistered addresses, and tell the owner by mail'),
  },
  Mail: {
    SMTP_HOST: text({ default: '127.0.0.1', fault: faults.mailHost }, 'Mail server'),
    SMTP_PORT: port(1025, 'Port of the mail server; with TLS, 465 means implicit TLS'),
    SMTP_USERNAME: text({}, 'User name at the mail server; requires SMTP_PASSWORD'),
    SMTP_PASSWORD: secret({}, 'Password at the mail server'),
    SMTP_FROM_EMAIL: text({ default: 'noreply@example.com', fault: faults.mailbox }, 'Sender address of the mails'),
    SMTP_USE_TLS: oneOf(TLS_MODES, 'none', 'TLS to the mail server: starttls (or true) requires STARTTLS, implicit uses TLS from the first byte, none (or false) uses no TLS'),
    SMTP_TIMEOUT_SECONDS: integer({ min: 5, max: 600, default: 60 }, 'Time limit for each reply of the mail server, including the one after the message; the greeting must arrive within 30 s'),
    SMTP_MESSAGES_PER_CONNECTION: integer({ min: 1, max: 10_000, default: 100 }, 'Mails sent over one connection before it is replaced'),
    SMTP_FALLBACK_URL: secret({ fault: faults.smtpUrl }, 'Mail server to use while the first one fails: smtps://user:password@host:465, or smtp:// for STARTTLS (?tls=none for no TLS); empty: none'),
    SMTP_BOUNCE_ADDRESS: text({ fault: faults.mailbox }, 'Address for bounces, such as bounces@example.com; each mail adds a signed tag after a plus sign; empty: SMTP_FROM_EMAIL, without a tag'),
    MAIL_CODE_IN_SUBJECT: flag(false, 'Start the subject with the code; note that mail servers log subjects and lock screens show them'),
    MAIL_TEMPLATES_DIR: text({ max: 1_024 }, 'Directory of your own mail templates and languages: <language>/<mail>.{subject,text,html}.hbs; the same for api and worker'),
    PUBLIC_ORIGIN: text({ fault: faults.origin }, 'Origin of your site, such as https://app.example.com; adds a button to its /activate page and a line for autofill to mails; empty: neither'),
    BRAND_NAME: text({ max: 64 }, 'Name in mails; empty: APP_NAME'),
    BRAND_COLOR: text({ default: '#1f4fd8', fault: faults.color }, 'Color of the button in mails'),
    BRAND_LOGO_URL: text({ max: 2_048, fault: faults.https }, 'HTTPS URL of the picture at the top of mails; empty: BRAND_NAME as text'),
    SUPPORT_ADDRESS: text({ fault: faults.mailbox }, 'Support address shown in mails; empty: none'),
    MAIL_CONCURRENCY: integer({ min: 1, max: 100, default: 10 }, 'Mails a worker sends concurrently'),
  },
  Events: {
    EVENTS_TOKEN: secret({ min: 32, fault: faults.token }, 'Bearer token of the event feed; empty: no feed'),
    EVENTS_INCLUDE_EMAIL: flag(false, 'Include the email address in events'),
    EVENTS_RETENTION_DAYS: integer({ min: 1, max: 3_650, default: 30 }, 'Number of days that events are kept'),
    WEBHOOK_URL: text({ max: 2_048, fault: faults.webhook }, 'URL that events are sent to as Standard Webhooks; empty: none'),
    WEBHOOK_SECRET: secret({ fault: faults.webhookSecret }, 'Key that signs webhooks: echo whsec_$(openssl rand -base64 32)'),
    WEBHOOK_SECRET_PREVIOUS: secret({ fault: faults.webhookSecret }, 'The key before a rotation; webhooks are signed with both'),
  },
  Operation: {
    LOG_CLIENT_ADDRESS: flag(false, 'Log the address of a refused client instead of a digest that changes daily'),
    OTEL_EXPORTER_OTLP_ENDPOINT: text({ fault: faults.collector }, 'OTLP collector for traces, such as http://127.0.0.1:4318; empty: no tracing'),
    PURGE_INTERVAL_SECONDS: integer({ min: 0, max: 604_800, default: 3_600 }, 'How often the mailer-worker purges expired registrations and old events; 0: never, run `codes purge` instead'),
    PURGE_OLDER_THAN_SECONDS: integer({ min: 0, max: 315_360_000, default: 3_600 }, 'How long expired registrations are kept before they are purged'),
    ENABLE_METRICS: flag(true, 'Record and serve metrics'),
    ENABLE_RATE_LIMITING: flag(true, 'Enforce the rate limits'),
    ENABLE_DOCS: flag(true, 'Serve /docs, /docs-json and /docs-yaml'),
  },
  Limits: {
    RATE_LIMIT_CLIENT_PER_MINUTE: integer({ min: 1, max: 10_000_000, default: 100 }, 'Requests per client and route; an IPv6 /48 has twice as many'),
    RATE_LIMIT_GLOBAL_PER_MINUTE: integer({ min: 1, max: 10_000_000, default: 1_000 }, 'Requests per route, from all clients together'),
    RATE_LIMIT_REGISTRATION_PER_HOUR: integer({ min: 1, max: 1_000_000, default: 5 }, 'Registrations per client'),
    RATE_LIMIT_ACTIVATION_PER_MINUTE: integer({ min: 1, max: 1_000_000, default: 3 }, 'Activation attempts per account and code, and wrong passwords per client and address'),
    RATE_LIMIT_CREDENTIALS_PER_MINUTE: integer({ min: 1, max: 1_000_000, default: 20 }, 'Wrong passwords per client, for all addresses together'),
    RATE_LIMIT_RESEND_PER_MINUTE: integer({ min: 1, max: 1_000_000, default: 1 }, 'New codes per account'),
    MAIL_PER_ADDRESS_PER_DAY: integer({ min: 1, max: 1_000, default: 20 }, 'Mails per mailbox; addresses that differ only in their plus tag or dots before the @ count as one'),
  },
} as const;

/** The variables of all sections in one table. */
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
