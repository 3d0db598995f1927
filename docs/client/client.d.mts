import type { components } from './schema.js';

type Schemas = components['schemas'];

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** State of the code of a pending account. */
export interface Activation {
  /** `owed`: its mail has not been sent yet. `sent`: it can be used. `dead`: it expired, or had too many failed attempts. */
  readonly code_state: 'owed' | 'sent' | 'dead';
  readonly code_length: number;
  readonly code_lifetime_seconds: number;
  /** Null until the mail has been sent. */
  readonly code_expires_at: string | null;
  readonly resend_allowed_at: string;
  readonly resends_left: number;
}

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly is_activated: boolean;
  readonly created_at: string;
  readonly activated_at?: string | null;
  readonly activation?: Activation | null;
}

/** The body of an error of the API. */
export type Problem = Partial<Omit<Schemas['Problem'], 'error'>> & {
  readonly error: ErrorName;
  readonly message: string;
  /** Attempts left for the current code. */
  readonly attempts_left?: number;
  readonly resend_allowed_at?: string;
};

/** `NetworkError`: there was no response. `UnexpectedAnswer`: the response is not from the API, but from a proxy, for example. */
export type ErrorName = Schemas['Problem']['error'] | 'NetworkError' | 'UnexpectedAnswer';

/** Every failure. Switch on `error`, and on the `code` of each of `errors`: both are the same in every language. */
export class ProblemError extends Error {
  /** 0 without a response. */
  readonly status: number;
  readonly error: ErrorName;
  readonly errors: readonly Schemas['FieldFault'][];
  readonly retryAfterSeconds: number | undefined;
  readonly problem: Problem;
}

export interface ClientOptions {
  /** URL of the API without `/api/v1`, such as `https://example.com`. Default: the origin of the page. */
  readonly url?: string;
  /** Language of `message` and of the mails, such as `fr`. Default: the browser's. */
  readonly language?: string;
  /** Maximum attempts of one call. All have the same Idempotency-Key, so the call takes effect only once. Default: 3. */
  readonly tries?: number;
  /** Time limit for one response. Default: 15 s. */
  readonly timeoutMs?: number;
  /** Longest `Retry-After` that a call waits for; it fails if it is longer. Default: 5 s. */
  readonly waitSecondsMax?: number;
  readonly fetch?: typeof globalThis.fetch;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Each method resolves to the body of the response. @throws {ProblemError} */
export interface Client {
  register(credentials: Credentials, options?: CallOptions): Promise<Account & { readonly message: string }>;
  activate(credentials: Credentials, code: string, options?: CallOptions): Promise<Schemas['ActivatedUser']>;
  /** Requests a new code; the old one is no longer valid. */
  requestCode(
    credentials: Credentials,
    options?: CallOptions,
  ): Promise<{ readonly email: string; readonly message: string; readonly activation?: Activation }>;
  account(credentials: Credentials, options?: CallOptions): Promise<Account>;
  deleteAccount(credentials: Credentials, options?: CallOptions): Promise<void>;
  /** Milliseconds since 1970 according to the server's clock, for comparison with the times in its responses. */
  now(): number;
}

export function createClient(options?: ClientOptions): Client;
