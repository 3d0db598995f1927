import type { ExecutionContext } from '@nestjs/common';
import type { ThrottlerOptions, ThrottlerStorage } from '@nestjs/throttler';
import { digestKey } from '@app/rate-limit';
import type { Environment } from '@app/runtime';
import { emailAddressOrNull } from '@app/users';
import { currentRequest } from '../server/request-context';

/** Metadata key under which `@Throttle()` stores a limit. Source: throttler.constants of @nestjs/throttler. */
const NAMED_BY_ROUTE = 'THROTTLER:LIMIT';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** How many clients of one IPv6 network may use up their limit. */
const CLIENTS_PER_NETWORK = 2;

interface Limit extends ThrottlerOptions {
  /** Requests allowed in any window of `ttl` milliseconds. */
  readonly limit: number;
  readonly ttl: number;
  /** Whether a malformed request counts: it was made, although what it asked for was not done. */
  readonly countsMalformed?: true;
}

/**
 * The table of all limits: name, size, window, and what each counts by. A route lists the limits that apply to it in
 * `@Throttle({ client: {}, global: {} })`; sizes given there override the ones given here.
 */
function limitsOf(environment: Environment) {
  const perClient: Limit = {
    limit: environment.RATE_LIMIT_CLIENT_PER_MINUTE,
    ttl: MINUTE_MS,
    countsMalformed: true,
    getTracker: () => `${currentRequest().client} ${route()}`,
  };
  return {
    /** For a route with its own limit: `@Throttle({ default: { limit: 10, ttl: 60_000 } })`. */
    default: perClient,
    /** One client cannot use up the global limit: `global` does not count requests that this limit or `network` refuses. */
    client: perClient,
    /** The same for an IPv6 network, in which one person has thousands of clients; for IPv4 it would count the same. */
    network: {
      limit: CLIENTS_PER_NETWORK * environment.RATE_LIMIT_CLIENT_PER_MINUTE,
      ttl: MINUTE_MS,
      countsMalformed: true,
      skipIf: () => currentRequest().network === currentRequest().client,
      getTracker: () => `${currentRequest().network} ${route()}`,
    },
    global: {
      limit: environment.RATE_LIMIT_GLOBAL_PER_MINUTE,
      ttl: MINUTE_MS,
      countsMalformed: true,
      getTracker: route,
    },
    registration: {
      limit: environment.RATE_LIMIT_REGISTRATION_PER_HOUR,
      ttl: HOUR_MS,
      getTracker: () => currentRequest().client,
    },
    /** Spent before the password is compared, and refunded if it was right. */
    credentials: {
      limit: environment.RATE_LIMIT_ACTIVATION_PER_MINUTE,
      ttl: MINUTE_MS,
      skipIf: () => currentRequest().credentials === null,
      getTracker: () => `${currentRequest().client} ${claimedAddress()}`,
    },
    /** The same over all addresses, so that one client can neither try many addresses nor occupy all hashing. */
    credentials_client: {
      limit: environment.RATE_LIMIT_CREDENTIALS_PER_MINUTE,
      ttl: MINUTE_MS,
      skipIf: () => currentRequest().credentials === null,
      getTracker: () => currentRequest().client,
    },
    /** Spent by `RequestLimits.spend` with the account's id, after its password was right. */
    activation: { limit: environment.RATE_LIMIT_ACTIVATION_PER_MINUTE, ttl: MINUTE_MS },
    resend: { limit: environment.RATE_LIMIT_RESEND_PER_MINUTE, ttl: MINUTE_MS },
  } satisfies Record<string, Limit>;
}

export type LimitName = keyof ReturnType<typeof limitsOf>;

/** Options of Nest's throttler with only named limits. */
export interface LimitOptions {
  readonly storage: ThrottlerStorage;
  readonly throttlers: (Limit & { readonly name: string })[];
  readonly generateKey: (context: unknown, tracker: string, name: string) => string;
}

/** Keys are digests: they contain no address, and cannot be traced back to one without the secret. */
export const throttlerOptions = (environment: Environment, storage: ThrottlerStorage): LimitOptions => ({
  storage,
  throttlers: Object.entries<Limit>(limitsOf(environment)).map(([name, limit]) => ({
    name,
    ...limit,
    skipIf: (context) => !isNamed(context, name) || limit.skipIf?.(context) === true,
  })),
  generateKey: (_context, tracker, name) => digestKey(environment.SECRET_KEY, name, tracker),
});

/** Whether the route lists this limit in `@Throttle()`. */
export const isNamed = (context: ExecutionContext, name = 'default'): boolean =>
  [context.getHandler(), context.getClass()].some((target) =>
    Reflect.hasMetadata(NAMED_BY_ROUTE + name, target),
  );

const route = (): string => `${currentRequest().method} ${currentRequest().route}`;

/** All spellings of an address share one limit; text that is not an address has its own limit. */
function claimedAddress(): string {
  const email = currentRequest().credentials?.email ?? '';
  return emailAddressOrNull(email) ?? email;
}
