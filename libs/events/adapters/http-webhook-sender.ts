import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '@app/runtime';
import { webhookHeaders, type WebhookOutcome, type WebhookSender } from '../domain/webhook';

/** Time limit for a receiver, including the connection. */
const WEBHOOK_TIMEOUT_MS = 10_000;
/** Maximum size of a response that is read, so that its connection can be reused; longer ones are cut off. */
const ANSWER_BYTES_MAX = 16_384;
/** Maximum wait for the rest of a response, in milliseconds: its status decides, and other events wait for the slot. */
const ANSWER_REST_MS = 1_000;
/** Maximum number of interim responses (1xx): a receiver that sends them without end would occupy the processor. */
const INTERIM_MAX = 100;
const RETRY_AFTER_MAX_SECONDS = 86_400;

/** A connection without use is closed after this time, in milliseconds: before the five seconds of many servers. */
const IDLE_MS = 4_000;

/**
 * Signs and sends webhooks over kept-alive connections. Redirects are not followed: they would be signed for a
 * different URL. Uses `node:http` because `fetch` rejects what receivers may do: an unexpected `100 Continue` is an
 * error there, a connection that is closed before the request was sent makes it wait, and it refuses some ports.
 */
@Injectable()
export class HttpWebhookSender implements WebhookSender {
  private readonly http = new HttpAgent({ keepAlive: true, timeout: IDLE_MS });
  private readonly https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS });

  constructor(@Inject(Environment) private readonly environment: Environment) {}

  async send(id: string, body: string): Promise<WebhookOutcome> {
    const { WEBHOOK_URL, WEBHOOK_SECRET: current, WEBHOOK_SECRET_PREVIOUS: previous } = this.environment;
    const secrets = [current, previous].filter((secret) => secret !== '');
    const timestampSeconds = Math.floor(Date.now() / 1_000);
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': 'user-registration',
      ...webhookHeaders(id, timestampSeconds, body, secrets),
    };
    const url = new URL(WEBHOOK_URL);
    const signal = AbortSignal.timeout(WEBHOOK_TIMEOUT_MS);
    try {
      const response = await this.post(url, headers, body, signal).catch((error: unknown) => {
        if (!(error instanceof StaleConnection)) throw error;
        return this.post(url, headers, body, signal);
      });
      await readAndForget(response);
      return toOutcome(response);
    } catch (error) {
      const reason = signal.aborted
        ? `no answer within ${WEBHOOK_TIMEOUT_MS / 1_000} s`
        : reasonOf(error as NodeJS.ErrnoException);
      return { kind: 'failed', reason, retryAfterSeconds: 0 };
    }
  }

  private async post(
    url: URL,
    headers: Record<string, string | number>,
    body: string,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { method: 'POST', agent: this.https, headers, signal })
        : requestHttp(url, { method: 'POST', agent: this.http, headers, signal });
    return await new Promise((resolve, reject) => {
      request.once('response', resolve);
      let interim = 0;
      request.on('information', () => {
        interim += 1;
        if (interim > INTERIM_MAX) request.destroy(new Error('too many interim responses'));
      });
      // 101 Switching Protocols; nothing was asked to switch.
      request.once('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response);
      });
      // Stays: an error after the response also destroys the response, whose reader deals with it.
      request.on('error', (error: NodeJS.ErrnoException) => {
        const closed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
        reject(closed && request.reusedSocket ? new StaleConnection() : error);
      });
      request.end(body);
    });
  }
}

/** The receiver closed an idle connection in the moment of its reuse. The event is sent again, over another one. */
class StaleConnection extends Error {}

/** Only the status matters, so a response whose body breaks off or is slow is cut off. */
async function readAndForget(response: IncomingMessage): Promise<void> {
  const late = setTimeout(() => response.destroy(), ANSWER_REST_MS);
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      // Leaving the loop destroys the response.
      if (bytes > ANSWER_BYTES_MAX) return;
    }
  } catch {
    // The receiver has already given its status.
  } finally {
    clearTimeout(late);
  }
}

function reasonOf({ message, code }: NodeJS.ErrnoException): string {
  // OpenSSL's own message contains memory addresses and source lines.
  const [, tls] = /SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
  if (tls !== undefined) return `TLS failed: ${tls}`;
  if (code === 'ECONNRESET') return 'the receiver closed the connection (ECONNRESET)';
  return message === '' ? (code ?? 'unknown error') : message;
}

function toOutcome({ statusCode: status = 0, headers }: IncomingMessage): WebhookOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const reason = `the receiver responded with ${status}`;
  if (status === 410) return { kind: 'gone', reason };
  return { kind: 'failed', reason, retryAfterSeconds: parseRetryAfter(headers['retry-after']) };
}

/** Seconds from a number or a date (RFC 9110, 10.2.3); 0 if there is neither. */
function parseRetryAfter(value: string | undefined, now = Date.now()): number {
  if (value === undefined) return 0;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1_000;
  return Number.isNaN(seconds) ? 0 : Math.min(Math.max(0, seconds), RETRY_AFTER_MAX_SECONDS);
}
