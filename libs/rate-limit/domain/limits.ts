import type { Environment } from '@app/runtime';

export const LIMIT_NAMES = ['global', 'registration', 'activation', 'credentials', 'resend'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

export interface Limit {
  readonly name: LimitName;
  readonly max: number;
  readonly windowMs: number;
}
export type Limits = Readonly<Record<LimitName, Limit>>;
export const Limits = Symbol('Limits');

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The limits of this deployment. */
export function limitsFrom(environment: Environment): Limits {
  const limit = (name: LimitName, max: number, windowMs: number): Limit => ({
    name,
    max,
    windowMs,
  });
  return {
    global: limit('global', environment.RATE_LIMIT_GLOBAL_PER_MINUTE, MINUTE_MS),
    registration: limit('registration', environment.RATE_LIMIT_REGISTRATION_PER_HOUR, HOUR_MS),
    activation: limit('activation', environment.RATE_LIMIT_ACTIVATION_PER_MINUTE, MINUTE_MS),
    credentials: limit('credentials', environment.RATE_LIMIT_ACTIVATION_PER_MINUTE, MINUTE_MS),
    resend: limit('resend', environment.RATE_LIMIT_RESEND_PER_MINUTE, MINUTE_MS),
  };
}
