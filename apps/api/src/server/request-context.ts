import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { UNMATCHED_ROUTE } from '@app/metrics';
import { bareAddress, clientOf, digestKey, networkOf, type Charge, type Verdict } from '@app/rate-limit';
import { requestContext, type RequestContext } from '@app/runtime';
import { parseBasicCredentials, type BasicCredentials } from './basic-credentials';

/** Request ids of clients that are accepted; others could forge log lines. */
const TOKEN = /^[\w.+/=:-]{1,64}$/;

/** A limit that this request has met, and the limiter's result. */
export interface SettledLimit {
  readonly charge: Charge;
  readonly verdict: Verdict;
}

/** Facts about one HTTP request, from its headers until the end of its response. */
export class HttpRequestContext implements RequestContext {
  readonly startedAt = performance.now();
  /** Charges that the guard has collected for the handler to settle. */
  readonly charges: Charge[] = [];
  /** The limits met so far, by name. */
  readonly settledLimits = new Map<string, SettledLimit>();
  /** Reason of the refusal, for the log line. */
  refusal: { readonly error: string; readonly limit?: string } | undefined;
  /** Route template of a request that was shed before routing. */
  shedAt: string | undefined;
  private readonly left = new AbortController();
  private read: { readonly credentials: BasicCredentials | null } | undefined;
  private knownClient: string | undefined;
  private knownNetwork: string | undefined;
  private knownDigest: string | undefined;

  constructor(
    readonly requestId: string,
    private readonly request: Request,
    readonly response: Response,
    private readonly secretKey: string,
  ) {
    response.once('close', () => {
      if (!response.writableFinished) this.left.abort();
    });
  }

  /** Aborted when the client disconnects before the response. */
  get gone(): AbortSignal {
    return this.left.signal;
  }

  /** The client's address, as far as TRUST_PROXY reveals it; read once, because several limits count by it. */
  get client(): string {
    return (this.knownClient ??= clientOf(this.request.ip) ?? 'unknown');
  }

  /** The network that the client is in; for IPv4, the client itself. */
  get network(): string {
    return (this.knownNetwork ??= networkOf(this.request.ip) ?? 'unknown');
  }

  /** Digest of the client's network, for sharing what is scarce; the address itself is not passed down. */
  get clientDigest(): string {
    return (this.knownDigest ??= digestKey(this.secretKey, 'client', this.network));
  }

  /** Name of a limit that this request has exceeded. */
  get refusedLimit(): string | undefined {
    return [...this.settledLimits.values()].find(({ verdict }) => !verdict.allowed)?.charge.limit;
  }

  /** Template of the matched route, such as `/api/v1/users/register`; raw paths would let clients invent names. */
  get route(): string {
    if (this.shedAt !== undefined) return this.shedAt;
    const path: unknown = (this.request as { route?: { path?: unknown } }).route?.path;
    return typeof path === 'string' && !path.includes('*') ? path : UNMATCHED_ROUTE;
  }

  get method(): string {
    return this.request.method;
  }

  /** Credentials of the Basic scheme; null if they are missing or malformed. */
  get credentials(): BasicCredentials | null {
    return (this.read ??= { credentials: parseBasicCredentials(this.request.get('authorization')) })
      .credentials;
  }
}

/** Gives every request its context, and returns the request's id to the client. */
export function openRequestContext(secretKey: string): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    simplifyForwardedHops(request);
    joinCredentials(request);
    const given = request.get('x-request-id');
    const requestId = given !== undefined && TOKEN.test(given) ? given : randomUUID();
    const context = new HttpRequestContext(requestId, request, response, secretKey);
    response.setHeader('X-Request-Id', requestId);
    requestContext.run(context, next);
  };
}

/**
 * `trust proxy` compares addresses, so it would not recognize a hop with a port or zone. Empty elements of a list are
 * ignored (RFC 9110, 5.6.1).
 */
function simplifyForwardedHops({ headers }: Request): void {
  const hops = headers['x-forwarded-for'];
  if (typeof hops !== 'string') return;
  const addresses = hops.split(',').map(bareAddress);
  headers['x-forwarded-for'] = addresses.filter((address) => address !== '').join(', ');
}

/** Several fields mean one list (RFC 9110, 5.3), which is not a valid credential; Node would use the first field. */
function joinCredentials(request: Request): void {
  if (request.headers.authorization === undefined) return;
  request.headers.authorization = valuesOf(request, 'authorization').join(', ');
}

/** The values of each field of this name. Node would join or drop all but one. @param name in lower case */
export const valuesOf = ({ rawHeaders }: Request, name: string): string[] =>
  rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);

/** @throws {Error} if no request is in progress */
export function currentRequest(): HttpRequestContext {
  const context = requestContext.getStore();
  if (context instanceof HttpRequestContext) return context;
  throw new Error('No request is in progress');
}
