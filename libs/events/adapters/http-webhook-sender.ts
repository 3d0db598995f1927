import type { ReadableStream } from 'node:stream/web';
import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '@app/runtime';
import { webhookHeaders, type WebhookOutcome, type WebhookSender } from '../domain/webhook';

/** Time limit for a receiver, including the connection. */
const WEBHOOK_TIMEOUT_MS = 10_000;
/** Maximum size of a response that is read, so that its connection can be reused; longer ones are cut off. */
const ANSWER_BYTES_MAX = 16_384;
/** Maximum wait for the rest of a response, in milliseconds: its status decides, and other events wait for the slot. */
const ANSWER_REST_MS = 1_000;
const RETRY_AFTER_MAX_SECONDS = 86_400;

/**
 * Signs and sends webhooks over kept-alive connections. Redirects are not followed: they would be signed for a
 * different URL.
 */
@Injectable()
export class HttpWebhookSender implements WebhookSender {
  constructor(@Inject(Environment) private readonly environment: Environment) {}

  async send(id: string, body: string): Promise<WebhookOutcome> {
    const { WEBHOOK_URL: url, WEBHOOK_SECRET: current, WEBHOOK_SECRET_PREVIOUS: previous } = this.environment;
    const secrets = [current, previous].filter((secret) => secret !== '');
    const timestampSeconds = Math.floor(Date.now() / 1_000);
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'Content-Type': 'application/json',
          'User-Agent': 'user-registration',
          ...webhookHeaders(id, timestampSeconds, body, secrets),
        },
        body,
        signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
      });
      await readAndForget(response);
      return toOutcome(response);
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error as Error), retryAfterSeconds: 0 };
    }
  }
}

/** Only the status matters, so a response whose body breaks off or is slow is cut off. */
async function readAndForget(response: Response): Promise<void> {
  if (response.body === null) return;
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const late = setTimeout(() => void reader.cancel().catch(() => {}), ANSWER_REST_MS);
  try {
    for (let bytes = 0; bytes < ANSWER_BYTES_MAX;) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The receiver has already given its status.
  } finally {
    clearTimeout(late);
  }
}

/** An error of the network or of OpenSSL. */
interface Failure {
  readonly message: string;
  readonly library: string;
  readonly reason: string;
}

/** The network error, which fetch hides in the cause. */
function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${WEBHOOK_TIMEOUT_MS / 1_000} s`;
  const { message = '', library, reason = '' } = (error.cause ?? {}) as Partial<Failure>;
  // OpenSSL's own message contains memory addresses and source lines.
  if (library === 'SSL routines') return `TLS failed: ${reason}`;
  return message === '' ? error.message : message;
}

function toOutcome({ status, headers }: Response): WebhookOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const reason = `the receiver responded with ${status}`;
  if (status === 410) return { kind: 'gone', reason };
  return { kind: 'failed', reason, retryAfterSeconds: parseRetryAfter(headers.get('retry-after')) };
}

/** Seconds from a number or a date (RFC 9110, 10.2.3); 0 if there is neither. */
function parseRetryAfter(value: string | null, now = Date.now()): number {
  if (value === null) return 0;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), RETRY_AFTER_MAX_SECONDS) : 0;
}
