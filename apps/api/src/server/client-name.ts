import { digestKey } from '@app/rate-limit';
import type { Environment } from '@app/runtime';

/**
 * What a log line calls a client: a keyed digest that is the same all day (UTC), so that a flood has one name, and another
 * one tomorrow; or its address, where `LOG_CLIENT_ADDRESS` says so.
 */
export function clientName(environment: Environment, address: string, now = new Date()): string {
  if (environment.LOG_CLIENT_ADDRESS) return address;
  const day = now.toISOString().slice(0, 10);
  return digestKey(environment.SECRET_KEY, `log ${day}`, address).slice(0, 16);
}
