import { createHmac, randomUUID } from 'node:crypto';
import type { AccountEvent } from './event';

/** Outcome of one webhook. */
export type WebhookOutcome =
  | { readonly kind: 'delivered' }
  /** The receiver wants no more webhooks: HTTP 410. */
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterSeconds: number };

export interface WebhookSender {
  /** Signs and sends one message. Never rejects. */
  send(id: string, body: string): Promise<WebhookOutcome>;
}
export const WebhookSender = Symbol('WebhookSender');

/** The event as shown in the feed and the webhook. */
export const toMessage = ({ id, type, occurredAt, data }: AccountEvent) => ({
  id,
  type,
  timestamp: occurredAt.toISOString(),
  data,
});

/** A message without an account, to test a receiver. */
export function pingMessage(): { readonly id: string; readonly body: string } {
  const id = randomUUID();
  return { id, body: JSON.stringify({ id, type: 'ping', timestamp: new Date().toISOString(), data: {} }) };
}

/** The bytes of a `whsec_…` secret. */
export const webhookKeyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

/** Source: Standard Webhooks 1.0, "Signature scheme": HMAC-SHA-256 of `id.timestamp.body`, one signature per key. */
export function webhookHeaders(
  id: string,
  timestampSeconds: number,
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    return `v1,${createHmac('sha256', webhookKeyOf(secret)).update(`${id}.${timestampSeconds}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.join(' '),
  };
}

const FIRST_DELAY_SECONDS = 5;
const LONGEST_DELAY_SECONDS = 600;
/** An event is given up after this time: three days. */
export const WEBHOOK_RETRY_FOR_SECONDS = 3 * 86_400;

/** Seconds until the next attempt, doubling from 5 s to 10 minutes, ±20 %; null if the event is given up. */
export function webhookRetrySeconds(
  attempt: number,
  triedForSeconds: number,
  random: () => number = Math.random,
): number | null {
  if (triedForSeconds >= WEBHOOK_RETRY_FOR_SECONDS) return null;
  const delay = Math.min(FIRST_DELAY_SECONDS * 2 ** Math.min(attempt - 1, 20), LONGEST_DELAY_SECONDS);
  return delay * (0.8 + random() * 0.4);
}
