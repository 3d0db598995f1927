import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { UNMATCHED_ROUTE } from '@app/metrics';
import { clientOf, digestKey, withoutPort, type Charge, type Verdict } from '@app/rate-limit';
import { requestContext, type RequestContext } from '@app/runtime';
import { parseBasicCredentials, type BasicCredentials } from '../users/basic-credentials';

/** A request id of the client's own that is taken over; anything else could forge log lines. */
const TOKEN = /^[\w.+/=:-]{1,64}$/;

/** A limit that this request has met, and what the limiter said. */
export interface SettledLimit {
  readonly charge: Charge;
  readonly verdict: Verdict;
}

/** What is known of one HTTP request, from its head to the end of its answer. */
export class HttpRequestContext implements RequestContext {
  /** By `performance.now()`. */
  readonly startedAt = performance.now();
  /** What the guard has found to be settled before the handler. */
  readonly charges: Charge[] = [];
  /** The limits that it has met so far, by name. */
  readonly settledLimits = new Map<string, SettledLimit>();
  /** Why it was refused, for its line in the log. */
  refusal: { readonly error: string; readonly limit?: string } | undefined;
  /** Template of the route that it was turned away from before it was routed, for want of capacity. */
  shedAt: string | undefined;
  private readonly left = new AbortController();
  private read: { readonly credentials: BasicCredentials | null } | undefined;

  constructor(
    readonly requestId: string,
    private readonly request: Request,
    readonly response: Response,
    private readonly secretKey: string,
  ) {}

  /** Aborted when the client leaves before its answer. */
  get gone(): AbortSignal {
    return this.left.signal;
  }

  /** The client that the address stands for, as far as TRUST_PROXY lets one see it. */
  get client(): string {
    return clientOf(this.request.ip) ?? 'unknown';
  }

  /** The client, unreadable: what is kept or passed down to count by client. */
  get clientDigest(): string {
    return digestKey(this.secretKey, 'client', this.client);
  }

  /** Name of a limit that this request has exceeded. */
  get refusedLimit(): string | undefined {
    return [...this.settledLimits.values()].find(({ verdict }) => !verdict.allowed)?.charge.limit;
  }

  /** Template of the route that answers, such as `/api/v1/users/register`: a raw path would let anybody make up names. */
  get route(): string {
    if (this.shedAt !== undefined) return this.shedAt;
    const path: unknown = (this.request as { route?: { path?: unknown } }).route?.path;
    return typeof path === 'string' && !path.includes('*') ? path : UNMATCHED_ROUTE;
  }

  get method(): string {
    return this.request.method;
  }

  /** Credentials of the Basic scheme; null where there are none that can be read. */
  get credentials(): BasicCredentials | null {
    return (this.read ??= { credentials: parseBasicCredentials(this.request.get('authorization')) })
      .credentials;
  }

  abandon(): void {
    this.left.abort();
  }
}

/** Gives every request its context, and the request's id back to the client. */
export function openRequestContext(secretKey: string): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    dropForwardedPorts(request);
    const given = request.get('x-request-id');
    const requestId = given !== undefined && TOKEN.test(given) ? given : randomUUID();
    const context = new HttpRequestContext(requestId, request, response, secretKey);
    response.setHeader('X-Request-Id', requestId);
    response.once('close', () => {
      if (!response.writableFinished) context.abandon();
    });
    requestContext.run(context, next);
  };
}

/** `trust proxy` compares addresses: a hop that is written with its port would be no proxy that it knows. */
function dropForwardedPorts({ headers }: Request): void {
  const hops = headers['x-forwarded-for'];
  if (typeof hops !== 'string') return;
  headers['x-forwarded-for'] = hops
    .split(',')
    .map((hop) => withoutPort(hop.trim()))
    .join(', ');
}

/** @throws {Error} where no request is being answered */
export function currentRequest(): HttpRequestContext {
  const context = requestContext.getStore();
  if (context instanceof HttpRequestContext) return context;
  throw new Error('No request is being answered here');
}
