import { ENDPOINTS_MAX, OTHER } from './tally';

/** The common name of all unmatched requests, whatever their method: clients can invent paths. */
export const UNMATCHED_ROUTE = 'unmatched';

/** Maximum length of a route template, in characters. */
const ROUTE_LENGTH_MAX = 200;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Names that requests are counted under. */
export interface Endpoint {
  readonly method: string;
  readonly route: string;
  /** `POST /api/v1/users/register`, or `unmatched`, or `other`. */
  readonly name: string;
}

const UNMATCHED: Endpoint = { method: OTHER, route: UNMATCHED_ROUTE, name: UNMATCHED_ROUTE };
const OVERFLOW: Endpoint = { method: OTHER, route: OTHER, name: OTHER };

/** Maps requests to a bounded set of endpoint names, first come, first served. */
export class Endpoints {
  private readonly known = new Map<string, Endpoint>();

  of(method: string, route: string): Endpoint {
    if (route === UNMATCHED_ROUTE) return UNMATCHED;
    const knownMethod = METHODS.has(method) ? method : OTHER;
    const name = `${knownMethod} ${route}`;
    const known = this.known.get(name);
    if (known !== undefined) return known;
    if (this.known.size >= ENDPOINTS_MAX || route.length > ROUTE_LENGTH_MAX) return OVERFLOW;
    const endpoint = { method: knownMethod, route, name };
    this.known.set(name, endpoint);
    return endpoint;
  }
}

/** `404`, or `other` for a number that is not an HTTP status. */
export function statusName(status: number): string {
  return Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : OTHER;
}
