import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { freePort } from '../../tools/processes/ports';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;

export interface Attempt {
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly body: string;
  /** Whether the response was 2xx, as far as the receiver knows. */
  taken: boolean;
}
/** Resolves to whether the event is accepted; answers the request. */
export type Answering = (response: ServerResponse, attempt: Attempt) => boolean;

export const ACCEPTS: Answering = (response) => {
  response.writeHead(204).end();
  return true;
};
export const answers =
  (status: number, headers: Record<string, string> = {}): Answering =>
  (response) => {
    response.writeHead(status, headers).end();
    return false;
  };
export const CLOSES_EARLY: Answering = (response) => {
  response.destroy();
  return false;
};
export const STAYS_SILENT: Answering = () => false;

/** A consumer of events that verifies signatures with the library of Standard Webhooks, and can fail in many ways. */
export class WebhookReceiver {
  readonly attempts: Attempt[] = [];
  /** Number of requests with an invalid signature. */
  forged = 0;
  answering: Answering = ACCEPTS;
  private server: Server | undefined;

  private constructor(
    private readonly port: number,
    private readonly verifies: boolean,
  ) {}

  /** @param verifies false if the clock of the sender is wrong on purpose */
  static async start(verifies = true): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(await freePort(), verifies);
    await receiver.up();
    return receiver;
  }

  /** Variables that point a worker to it. */
  get env(): NodeJS.ProcessEnv {
    return { WEBHOOK_URL: `http://127.0.0.1:${this.port}/hook`, WEBHOOK_SECRET: SECRET };
  }

  get taken(): Attempt[] {
    return this.attempts.filter(({ taken }) => taken);
  }

  attemptsOf(id: string): Attempt[] {
    return this.attempts.filter((attempt) => attempt.id === id);
  }

  async up(): Promise<void> {
    this.server = createServer((request, response) => {
      void text(request).then(
        (body) => this.receive(request.headers, body, response),
        () => {},
      );
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Refuses connections until it is up again. */
  async down(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  private receive(headers: IncomingHttpHeaders, body: string, response: ServerResponse): void {
    const id = String(headers['webhook-id']);
    try {
      if (this.verifies) new Webhook(SECRET).verify(body, headers as Record<string, string>);
    } catch {
      this.forged += 1;
      response.writeHead(401).end();
      return;
    }
    const { type, data } = JSON.parse(body) as { type: string; data: { user_id?: string } };
    const attempt: Attempt = { id, type, account: data.user_id ?? '', body, taken: false };
    this.attempts.push(attempt);
    attempt.taken = this.answering(response, attempt);
  }
}
