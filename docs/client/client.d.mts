import type { components } from './schema.js';

type Schemas = components['schemas'];

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** How the activation of a pending account stands. */
export interface Activation {
  /** `owed`: its mail is on its way. `sent`: the mail server has it. `dead`: a new one is needed. */
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

/** The body of an error, as the API gives it. */
export type Problem = Partial<Omit<Schemas['Problem'], 'error'>> & {
  readonly error: ErrorName;
  readonly message: string;
  /** Tries that a wrong code has left. */
  readonly attempts_left?: number;
  readonly resend_allowed_at?: string;
};

/** `NetworkError`: no answer came. `UnexpectedAnswer`: something else than the API answered, such as a proxy. */
export type ErrorName = Schemas['Problem']['error'] | 'NetworkError' | 'UnexpectedAnswer';

/** Every failure. Switch on `error`, and on the `code` of each of `errors`; neither changes with the language. */
export class ProblemError extends Error {
  /** 0 without a response. */
  readonly status: number;
  readonly error: ErrorName;
  readonly errors: readonly Schemas['FieldFault'][];
  readonly retryAfterSeconds: number | undefined;
  readonly problem: Problem;
}

export interface ClientOptions {
  /** Where the API is, without `/api/v1`: `https://example.com`. Default: the origin of the page. */
  readonly url?: string;
  /** Language of `message` and of the mails, such as `fr`. Default: the browser's. */
  readonly language?: string;
  /** Attempts of one call in all. Each carries the same Idempotency-Key, so that a lost answer costs nothing. Default: 3. */
  readonly tries?: number;
  /** Longest wait for one answer. Default: 15 s. */
  readonly timeoutMs?: number;
  /** A longer `Retry-After` than this is for a person to wait for: the call fails. Default: 5 s. */
  readonly waitSecondsMax?: number;
  readonly fetch?: typeof globalThis.fetch;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Each method resolves to the body of the answer. @throws {ProblemError} */
export interface Client {
  register(credentials: Credentials, options?: CallOptions): Promise<Account & { readonly message: string }>;
  activate(credentials: Credentials, code: string, options?: CallOptions): Promise<Schemas['ActivatedUser']>;
  /** A fresh code; the one before it is dead. */
  requestCode(
    credentials: Credentials,
    options?: CallOptions,
  ): Promise<{ readonly email: string; readonly message: string; readonly activation?: Activation }>;
  account(credentials: Credentials, options?: CallOptions): Promise<Account>;
  deleteAccount(credentials: Credentials, options?: CallOptions): Promise<void>;
  /** Milliseconds since 1970 by the server's clock, as far as its answers tell: compare its times with this. */
  now(): number;
}

export function createClient(options?: ClientOptions): Client;
