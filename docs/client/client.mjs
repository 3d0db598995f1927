/** Statuses after which the same request may soon succeed. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/** Every failure: the API's own problems, and `NetworkError` (status 0) if there was no response. */
export class ProblemError extends Error {
  constructor(status, problem, options) {
    super(problem.message, options);
    this.name = 'ProblemError';
    this.status = status;
    this.problem = problem;
    this.error = problem.error;
    this.errors = problem.errors ?? [];
    this.retryAfterSeconds = problem.retry_after_seconds;
  }
}

/** client.d.mts explains the options. */
export function createClient({
  url = '',
  language,
  tries = 3,
  timeoutMs = 15_000,
  waitSecondsMax = 5,
  fetch = globalThis.fetch,
} = {}) {
  let skewMs = 0;
  /** The last request without a response: it keeps its key when it is sent again, so that it takes effect only once. */
  let unanswered = {};

  async function call(method, path, { credentials, body, signal } = {}) {
    const headers = { Accept: 'application/json' };
    if (language) headers['Accept-Language'] = language;
    if (credentials) headers.Authorization = basic(credentials);
    if (body) headers['Content-Type'] = 'application/json';
    const init = {
      method,
      headers,
      body: body && JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
    };
    const what = [method, path, headers.Authorization, init.body].join('\n');
    if (method === 'POST') {
      if (unanswered.what !== what) unanswered = { what, key: randomKey() };
      headers['Idempotency-Key'] = unanswered.key;
    }

    for (let attempt = 1; ; attempt += 1) {
      const answer = await once(path, init, signal);
      const { status, retryAfterSeconds } = answer;
      if (status > 0 && status < 500 && unanswered.what === what) unanswered = {};
      if (!(answer instanceof ProblemError)) return answer.body;
      const waitSeconds = retryAfterSeconds ?? 0.4 * 2 ** attempt * (0.5 + Math.random());
      const again = (status === 0 && method !== 'DELETE') || PASSING.includes(status);
      if (!again || attempt >= tries || waitSeconds > waitSecondsMax) throw answer;
      await pause(waitSeconds * 1000, signal);
    }
  }

  /** One exchange. An abort by the caller is thrown; every other failure is returned. */
  async function once(path, init, signal) {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await fetch(`${url}/api/v1/users/${path}`, {
        ...init,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const date = Date.parse(answer.headers.get('Date'));
      // The header has a resolution of one second, so a difference below two says nothing about the clock.
      if (date) skewMs = Math.abs(date - Date.now()) < 2000 ? 0 : date - Date.now();
      const text = await answer.text();
      const body = parse(text);
      if (answer.ok && (body || !text)) return { status: answer.status, body };
      const message = `The server answered ${answer.status}`;
      const problem = { error: 'UnexpectedAnswer', message, ...body };
      problem.retry_after_seconds ??= secondsOf(answer.headers.get('Retry-After'));
      return new ProblemError(answer.status, problem);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      return new ProblemError(0, { error: 'NetworkError', message: 'The server did not answer' }, { cause });
    }
  }

  return {
    register: ({ email, password }, options) =>
      call('POST', 'register', { ...options, body: { email, password } }),
    activate: (credentials, code, options) =>
      call('POST', 'activate', { ...options, credentials, body: { activation_code: code } }),
    requestCode: (credentials, options) => call('POST', 'activation-codes', { ...options, credentials }),
    account: (credentials, options) => call('GET', 'me', { ...options, credentials }),
    deleteAccount: (credentials, options) => call('DELETE', 'me', { ...options, credentials }),
    now: () => Date.now() + skewMs,
  };
}

/** `btoa` only accepts bytes, but addresses and passwords contain other letters too. */
function basic({ email, password }) {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** 128 random bits. `crypto.randomUUID` is missing on pages without https. */
const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

/** Retry-After is a number of seconds, or a date. */
function secondsOf(header) {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function parse(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const pause = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
