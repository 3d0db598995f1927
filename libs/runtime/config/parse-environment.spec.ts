import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigurationError } from './environment';
import { loadDotEnv, parseEnvironment } from './parse-environment';
import { DEVELOPMENT_SECRET_KEY, variables } from './variables';

const SECRET = 'a secret of the test, more than thirty-two characters';
const TOKEN = 'a-token-of-the-test-that-is-long-enough';
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const production = { NODE_ENV: 'production', SECRET_KEY: SECRET };

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    parseEnvironment(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

/** The warnings about valid values; our own test secret contains spaces, and causes none. */
function warningsOf(env: NodeJS.ProcessEnv): readonly string[] {
  const warnings: string[] = [];
  parseEnvironment(env, (warning) => warnings.push(warning));
  return warnings;
}

/** Names of the faulty variables. */
const blamed = (env: NodeJS.ProcessEnv): string[] => faultsOf(env).map((fault) => fault.split(':')[0] ?? '');

describe('parseEnvironment', () => {
  it('requires no variables', () => {
    expect(parseEnvironment({})).toMatchObject({
      API_PORT: 8000,
      WORKER_PORT: 8001,
      REDIS_HOST: '',
      ACTIVATION_CODE_LENGTH: 4,
      ACTIVATION_CODE_EXPIRY_SECONDS: 60,
      ACTIVATION_CODE_MAX_ATTEMPTS: 3,
      BCRYPT_COST: 12,
      CONCEAL_REGISTERED_EMAILS: false,
      TRUST_PROXY: [],
      SECRET_KEY: DEVELOPMENT_SECRET_KEY,
    });
  });

  it('parses every kind of value into its type', () => {
    const environment = parseEnvironment({
      API_PORT: '9000',
      ENABLE_METRICS: 'off',
      REDIS_TLS: 'TRUE',
      TRUST_PROXY: '10.0.0.0/8, ::1,',
      CORS_ORIGINS: 'https://app.example.com,http://localhost:3000',
      LOG_LEVEL: 'debug',
    });
    expect(environment).toMatchObject({
      API_PORT: 9000,
      ENABLE_METRICS: false,
      REDIS_TLS: true,
      TRUST_PROXY: ['10.0.0.0/8', '::1'],
      CORS_ORIGINS: ['https://app.example.com', 'http://localhost:3000'],
      LOG_LEVEL: 'debug',
    });
  });

  it.each([
    [{ REDIS_HOST: 'a:7000,[::1]:7001, c', REDIS_CLUSTER: 'true' }, []],
    [{ REDIS_SENTINELS: 'a:26379,b', REDIS_SENTINEL_NAME: 'accounts' }, []],
    [{ REDIS_HOST: 'a:7000,b:7001' }, ['REDIS_HOST']],
    [{ REDIS_CLUSTER: 'true' }, ['REDIS_CLUSTER']],
    [{ REDIS_HOST: 'a:70000,b', REDIS_CLUSTER: 'true', REDIS_DB: '1' }, ['REDIS_HOST', 'REDIS_DB']],
    [{ REDIS_SENTINELS: 'redis://a' }, ['REDIS_SENTINELS']],
    [{ REDIS_SENTINELS: 'a', REDIS_HOST: 'b', REDIS_CLUSTER: 'true' }, ['REDIS_HOST', 'REDIS_CLUSTER']],
  ])('distinguishes a server, a cluster and sentinels: %p', (env, faults) => {
    expect(blamed(env)).toEqual(faults);
  });

  it('refuses a .env that starts with a byte order mark, or is not UTF-8', () => {
    const lines = '\ufeffDATABASE_HOST=db.example.com\n';
    const faults = (['utf8', 'utf16le'] as const).map((encoding) =>
      faultsOf(parseEnv(Buffer.from(lines, encoding).toString('utf8'))),
    );
    expect(faults).toEqual([
      [expect.stringMatching(/^DATABASE_HOST: .*byte order mark/)],
      [expect.stringMatching(/^\.env: .*UTF-16/)],
    ]);
  });

  it('names a .env that is a directory or that cannot be read', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'env-'));
    try {
      expect(() => loadDotEnv(directory)).toThrow(ConfigurationError);
      expect(() => loadDotEnv(directory)).toThrow('is a directory');
      expect(() => loadDotEnv(path.join(directory, 'none'))).not.toThrow();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is immutable', () => {
    expect(() => Object.assign(parseEnvironment({}), { BCRYPT_COST: 4 })).toThrow(TypeError);
  });

  it('treats an empty value as not set', () => {
    const empty = Object.fromEntries(Object.keys(variables).map((name) => [name, '']));
    expect(parseEnvironment(empty)).toEqual(parseEnvironment({}));
    expect(parseEnvironment({ API_PORT_FILE: '' }).API_PORT).toBe(8000);
  });

  it.each([
    ['API_PORT', '0'],
    ['API_PORT', '65536'],
    ['API_PORT', '80a'],
    ['API_PORT', '0x50'],
    ['API_PORT', '1e3'],
    ['API_PORT', ' 80'],
    ['BCRYPT_COST', '3'],
    ['BCRYPT_COST', '16'],
    ['ACTIVATION_CODE_LENGTH', '3'],
    ['ACTIVATION_CODE_LENGTH', '9'],
    ['PASSWORD_MIN_LENGTH', '0'],
    ['ENABLE_DOCS', 'maybe'],
    ['NODE_ENV', 'staging'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_SSL', 'maybe'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '*'],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['TRUST_PROXY', '1,10.0.0.1'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.1,::/0'],
    ['TRUST_PROXY', '0x10'],
    ['TRUST_PROXY', '10.1'],
    ['REDIS_DB', '-0'],
    ['DATABASE_HOST', '${DB_HOST}'],
    ['DATABASE_HOST', '$DB_HOST'],
    ['OPERATIONS_HOST', '*'],
    ['OPERATIONS_HOST', '/run/api'],
    ['REDIS_HOST', '/run/redis.sock'],
    ['REDIS_HOST', '300.1.1.1'],
    ['REDIS_SENTINELS', 'one:26379,${TWO}:26379'],
    ['SMTP_HOST', "'mail'"],
    ['SMTP_HOST', '-mail'],
    ['DATABASE_NAME', ' '],
    ['DATABASE_USER', 'service '],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://app.example.com/path'],
    ['SMTP_FROM_EMAIL', 'Name <noreply@example.com>'],
    ['SMTP_FROM_EMAIL', 'a@example.com,b@example.com'],
    ['APP_NAME', 'two\nlines'],
    ['APP_NAME', 'x'.repeat(65)],
    ['SECRET_KEY', 'x'.repeat(31)],
    ['EVENTS_TOKEN', 'x'.repeat(31)],
    ['WEBHOOK_URL', 'ftp://app.example.com'],
    ['WEBHOOK_URL', 'https://user:word@app.example.com/'],
    ['WEBHOOK_SECRET', 'whsec_c2hvcnQ='],
  ])('names the variable when it refuses %s=%j', (name, value) => {
    expect(blamed({ [name]: value })).toEqual([name]);
  });

  it('shows only the start of a long value, and makes invisible characters visible', () => {
    expect(faultsOf({ API_PORT: '9'.repeat(5_000) }).join('').length).toBeLessThan(200);
    expect(faultsOf({ LOG_LEVEL: '\u001b[2Jinfo\u200b' }).join('')).toContain('"\\u001b[2Jinfo\\u200b"');
    expect(faultsOf({ API_HOST: '127\u200e.0.0.1' }).join('')).toContain('"127\\u200e.0.0.1"');
  });

  it('lists every fault, including those of production and of pairs', () => {
    const faults = blamed({
      NODE_ENV: 'production',
      API_PORT: 'eighty',
      BCRYPT_COST: '4',
      LOG_LEVEL: 'loud',
      SMTP_USERNAME: 'known',
      TRUST_PROXY: '1,10.0.0.1',
      WORKER_PORT: '8001',
      WORKER_PORT_FILE: '/run/secrets/port',
    });
    const names = ['API_PORT', 'LOG_LEVEL', 'WORKER_PORT', 'SECRET_KEY', 'BCRYPT_COST', 'SMTP_USERNAME'];
    expect(faults.sort()).toEqual([...names, 'TRUST_PROXY'].sort());
  });

  it('lists every fault in its message, one per line', () => {
    const error = new ConfigurationError(['API_PORT: no', 'LOG_LEVEL: no']);
    expect(error.message.split('\n')).toEqual([
      'The configuration has 2 faults:',
      '  API_PORT: no',
      '  LOG_LEVEL: no',
    ]);
  });

  describe('in production', () => {
    it('accepts a newly generated secret key', () => {
      expect(parseEnvironment(production)).toMatchObject({ SECRET_KEY: SECRET, BCRYPT_COST: 12 });
    });

    it('refuses the default key, set or not', () => {
      expect(blamed({ NODE_ENV: 'production' })).toEqual(['SECRET_KEY']);
      expect(blamed({ ...production, SECRET_KEY: DEVELOPMENT_SECRET_KEY })).toEqual(['SECRET_KEY']);
      expect(blamed({ ...production, SECRET_KEY: ` ${DEVELOPMENT_SECRET_KEY}\n` })).toEqual(['SECRET_KEY']);
    });

    it('refuses hashes with a low cost', () => {
      expect(blamed({ ...production, BCRYPT_COST: '9' })).toEqual(['BCRYPT_COST']);
      expect(blamed({ ...production, BCRYPT_COST: '10' })).toEqual([]);
      expect(blamed({ BCRYPT_COST: '4' })).toEqual([]);
    });
  });

  it.each([{ SMTP_USERNAME: 'known' }, { SMTP_PASSWORD: 'half a login' }])(
    'refuses half a login to the mail server: %j',
    (half) => {
      expect(blamed(half)).toEqual(['SMTP_USERNAME']);
      expect(blamed({ SMTP_USERNAME: 'known', SMTP_PASSWORD: 'whole' })).toEqual([]);
    },
  );

  it('refuses OPERATIONS_PORT on the public port', () => {
    expect(blamed({ API_PORT: '9000', OPERATIONS_PORT: '9000' })).toEqual(['OPERATIONS_PORT']);
    expect(blamed({ API_PORT: '9000', OPERATIONS_PORT: '9001' })).toEqual([]);
  });

  describe('NAME_FILE', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'environment-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const file = (content: string | Uint8Array): string => {
      const name = path.join(folder, 'value');
      writeFileSync(name, content);
      return name;
    };

    it.each([SECRET, `${SECRET}\n`, `${SECRET}\r\n`])(
      'provides the value, without one line break at the end',
      (content) => {
        expect(parseEnvironment({ SECRET_KEY_FILE: file(content) }).SECRET_KEY).toBe(SECRET);
      },
    );

    it('keeps other white space, which can be part of a password', () => {
      expect(parseEnvironment({ DATABASE_PASSWORD_FILE: file(' two\nlines \n\n') }).DATABASE_PASSWORD).toBe(
        ' two\nlines \n',
      );
    });

    it('works for every variable', () => {
      expect(parseEnvironment({ API_PORT_FILE: file('9000\n') }).API_PORT).toBe(9000);
    });

    it('is validated like any other value', () => {
      expect(blamed({ API_PORT_FILE: file('eighty') })).toEqual(['API_PORT']);
      expect(blamed({ SECRET_KEY_FILE: file('short') })).toEqual(['SECRET_KEY']);
    });

    it.each([
      ['UTF-16', Buffer.from(`\ufeff${SECRET}`, 'utf16le')],
      ['UTF-16', Buffer.from(SECRET, 'utf16le')],
      ['byte order mark', Buffer.from(`\ufeff${SECRET}`)],
      ['not valid UTF-8', Buffer.concat([Buffer.from(SECRET), Buffer.from([0xe9])])],
    ])('is refused in another encoding: %s', (word, content) => {
      expect(faultsOf({ SECRET_KEY_FILE: file(content) })).toEqual([
        expect.stringMatching(new RegExp(`^SECRET_KEY_FILE: .*${word}`)),
      ]);
    });

    it.each([
      [`${SECRET}\n\n`, 'several line breaks'],
      [`${SECRET} \n`, 'white space'],
      ['', 'empty'],
    ])('causes a warning if it is nearly right: %j', (content, word) => {
      expect(warningsOf({ SECRET_KEY_FILE: file(content) })).toEqual([
        expect.stringMatching(new RegExp(`^SECRET_KEY_FILE: .*${word}`)),
      ]);
      expect(warningsOf({ DATABASE_PASSWORD_FILE: file('one-word\n') })).toEqual([]);
    });

    it('cannot be combined with the value', () => {
      expect(blamed({ SECRET_KEY: SECRET, SECRET_KEY_FILE: file(SECRET) })).toEqual(['SECRET_KEY']);
    });

    it('must exist', () => {
      expect(faultsOf({ API_PORT_FILE: path.join(folder, 'missing') })).toEqual([
        'API_PORT_FILE: cannot read the file (ENOENT)',
      ]);
      expect(faultsOf({ API_PORT_FILE: folder })).toEqual(['API_PORT_FILE: cannot read the file (EISDIR)']);
    });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', '127.0.0.1:4318', 'http://'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318', 'http://'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector', 'http://'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318/v1/traces', '/v1/traces'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318/v1/traces/', '/v1/traces'],
    ['DATABASE_HOST', 'db.example.com:5432', 'host:port'],
    ['DATABASE_HOST', 'postgres://db.example.com/accounts', 'URL'],
    ['DATABASE_HOST', 'db example', 'not a host'],
    ['DATABASE_HOST', '5432', 'number'],
    ['REDIS_HOST', 'redis:6379', 'host:port'],
    ['REDIS_HOST', 'redis://redis', 'URL'],
    ['SMTP_HOST', 'mx.example.com:587', 'host:port'],
    ['API_HOST', '127.0.0.1:8000', 'host:port'],
    ['OPERATIONS_HOST', '[::1]:9000', 'host:port'],
  ])('explains what is nearly right in %s=%s', (name, value, word) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: .*${word}`))]);
  });

  it.each([
    ...['127.0.0.1', '::1', 'db.example.com', 'db_1', 'db.', 'my-db', 'bücher.example', '3com.com'],
    ...['xn--bcher-kva.example', '_db._tcp.example'],
  ])('accepts %s as a host', (host) => {
    expect(parseEnvironment({ DATABASE_HOST: host, SMTP_HOST: host, REDIS_HOST: host })).toMatchObject({
      DATABASE_HOST: host,
      SMTP_HOST: host,
      REDIS_HOST: host,
    });
  });

  it('accepts the directory of a Unix socket for PostgreSQL only', () => {
    const socket = '/var/run/postgresql';
    expect(parseEnvironment({ DATABASE_HOST: socket }).DATABASE_HOST).toBe(socket);
    expect(blamed({ API_HOST: socket, SMTP_HOST: socket })).toEqual(['API_HOST', 'SMTP_HOST']);
  });

  it.each(['API_PORT', 'REDIS_PORT', 'SMTP_PORT', 'DATABASE_PORT', 'WORKER_PORT', 'OPERATIONS_PORT'])(
    'treats what Kubernetes sets for a service of that name as not set, with a warning: %s',
    (name) => {
      const env = { [name]: 'tcp://10.96.0.7:8000' };
      expect(parseEnvironment(env)).toEqual(parseEnvironment({}));
      expect(warningsOf(env)).toEqual([expect.stringMatching(new RegExp(`^${name}: .*Kubernetes`))]);
      expect(warningsOf({ REDIS_SERVICE_HOST: '10.96.0.7', REDIS_PORT_6379_TCP_ADDR: '10.96.0.7' })).toEqual(
        [],
      );
    },
  );

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317' }, ['OTEL_EXPORTER_OTLP_ENDPOINT']],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318' }, ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']],
    [{ REDIS_PORT: '5432' }, ['REDIS_PORT']],
    [{ DATABASE_PORT: '587' }, ['DATABASE_PORT']],
    [{ SMTP_PORT: '6379' }, ['SMTP_PORT']],
    [{ DATABASE_PASSWORD: '/run/secrets/database_password' }, ['DATABASE_PASSWORD']],
    [{ DATABASE_PASSWORD: '"quoted"' }, ['DATABASE_PASSWORD']],
    [{ DATABASE_PASSWORD: 'trailing ' }, ['DATABASE_PASSWORD']],
    [{ DATABASE_PASSWORD: 'REDIS_PASSWORD=x' }, ['DATABASE_PASSWORD']],
    [{ DATABASE_PASSWORD: 'the same', REDIS_PASSWORD: 'the same' }, ['REDIS_PASSWORD']],
    [{ SECRET_KEY: SECRET, SECRET_KEY_PREVIOUS: SECRET }, ['SECRET_KEY_PREVIOUS']],
    [{ SECRET_KEY: TOKEN, EVENTS_TOKEN: TOKEN }, ['EVENTS_TOKEN']],
    [{ WEBHOOK_SECRET: WHSEC, WEBHOOK_SECRET_PREVIOUS: WHSEC }, ['WEBHOOK_SECRET_PREVIOUS']],
    [{ SECRET_KEY: WHSEC }, ['SECRET_KEY']],
    [{ DATABASE_USER: 'postgres://db.example.com' }, ['DATABASE_USER']],
    [{ EVENTS_TOKENS: TOKEN, WEBHOOK_SECRETS: WHSEC }, ['EVENTS_TOKENS', 'WEBHOOK_SECRETS']],
    [
      { SMTP_USER: 'someone', RATE_LIMIT_REGISTRATIONS_PER_HOUR: '9' },
      ['SMTP_USER', 'RATE_LIMIT_REGISTRATIONS_PER_HOUR'],
    ],
    [{}, []],
  ])('warns of a probable mistake: %j', (env, names) => {
    expect(warningsOf(env).map((warning) => warning.split(':', 1)[0])).toEqual(names);
  });

  it.each([
    [{ ENABLE_RATE_LIMITING: 'false' }, ['ENABLE_RATE_LIMITING', 'ENABLE_METRICS']],
    [{ ENABLE_METRICS: 'false', BCRYPT_COST: '9' }, ['BCRYPT_COST']],
    [{}, ['ENABLE_METRICS']],
    [{ OPERATIONS_PORT: '9000' }, []],
    [{ CONCEAL_REGISTERED_EMAILS: 'true' }, ['ENABLE_METRICS', 'CONCEAL_REGISTERED_EMAILS']],
    [{ CONCEAL_REGISTERED_EMAILS: 'true', OPERATIONS_PORT: '9000' }, []],
  ])('warns of exposed settings if other machines can reach the api: %j', (env, names) => {
    const warnings = warningsOf({ API_HOST: '0.0.0.0', SECRET_KEY: SECRET, ...env });
    expect(warnings.map((warning) => warning.split(':', 1)[0])).toEqual(names);
  });

  it.each(['0.0.0.0', '::', '192.168.1.7', 'api.example.com', '::ffff:10.0.0.1'])(
    'refuses the development key if the api listens on %s, whatever NODE_ENV is',
    (host) => {
      for (const NODE_ENV of ['development', 'test', 'production']) {
        expect(blamed({ API_HOST: host, NODE_ENV })).toEqual(['SECRET_KEY']);
        expect(blamed({ API_HOST: host, NODE_ENV, SECRET_KEY: SECRET })).toEqual([]);
      }
    },
  );

  it('refuses the development key, and warns of limits that are off, if other machines can reach the operations port', () => {
    const open = { OPERATIONS_PORT: '9000', OPERATIONS_HOST: '0.0.0.0' };
    expect(faultsOf(open)).toEqual([
      expect.stringMatching(/^SECRET_KEY: .*while OPERATIONS_HOST is 0\.0\.0\.0/),
    ]);
    expect(blamed({ ...open, OPERATIONS_HOST: '127.0.0.1' })).toEqual([]);
    const unlimited = { ...open, SECRET_KEY: SECRET, ENABLE_RATE_LIMITING: 'false' };
    expect(warningsOf(unlimited)).toEqual([expect.stringMatching(/^ENABLE_RATE_LIMITING: /)]);
  });

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', '::ffff:127.0.0.1'])(
    'accepts the development key if only this machine can reach the api: %s',
    (host) => {
      expect(blamed({ API_HOST: host })).toEqual([]);
    },
  );

  it.each(['too-short', SECRET, `${TOKEN} `, `${TOKEN}é`, `${TOKEN},`, `${TOKEN}=x`])(
    'refuses the token %j, which no client could send',
    (token) => expect(blamed({ EVENTS_TOKEN: token })).toEqual(['EVENTS_TOKEN']),
  );

  it('accepts a token in hexadecimal, base64 or base64url', () => {
    for (const token of ['0'.repeat(32), `${'a+/'.repeat(14)}==`, `-_~.${TOKEN}`]) {
      expect(parseEnvironment({ EVENTS_TOKEN: token }).EVENTS_TOKEN).toBe(token);
    }
  });

  it('never repeats a secret in a message', () => {
    const secrets = [
      'SECRET_KEY',
      'DATABASE_PASSWORD',
      'REDIS_PASSWORD',
      'SMTP_PASSWORD',
      'EVENTS_TOKEN',
      'WEBHOOK_SECRET',
      'WEBHOOK_SECRET_PREVIOUS',
    ];
    const value = 'hunter2-hunter2';
    for (const name of secrets) {
      // Too short, set twice, set to a file name, and together with other faults.
      for (const env of [
        { [name]: value },
        { [name]: value, [`${name}_FILE`]: value },
        { [`${name}_FILE`]: value },
        { [name]: value, API_PORT: 'x', NODE_ENV: 'production' },
      ]) {
        const said = faultsOf(env).join();
        expect(said).not.toContain('hunter2');
      }
    }
  });
});
