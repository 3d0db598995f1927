import { createHmac, randomUUID } from 'node:crypto';
import type { AccountEvent } from './event';

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
