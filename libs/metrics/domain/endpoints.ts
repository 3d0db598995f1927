/** The one name of everything that matches no route, whatever its method: paths are made up by clients. */
export const UNMATCHED_ROUTE = 'unmatched';
/** Where a bounded set of names puts what no longer fits, or what is out of its range. */
export const OTHER = 'other';
/** Most endpoints that are told apart; an api has a dozen or two, so only a mistake comes near. */
export const ENDPOINTS_MAX = 200;

/** Longest route template, in characters, that is taken for one. */
const ROUTE_LENGTH_MAX = 200;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What requests are counted under. */
export interface Endpoint {
  readonly method: string;
  readonly route: string;
  /** `POST /api/v1/users/register`, or `unmatched`, or `other`. */
  readonly name: string;
}

const UNMATCHED: Endpoint = { method: OTHER, route: UNMATCHED_ROUTE, name: UNMATCHED_ROUTE };
const OVERFLOW: Endpoint = { method: OTHER, route: OTHER, name: OTHER };

/** Folds whatever is asked for into a bounded set of endpoints, first come, first named. */
export class Endpoints {
  private readonly known = new Map<string, Endpoint>();

  constructor(private readonly max = ENDPOINTS_MAX) {}

  of(method: string, route: string): Endpoint {
    if (route === UNMATCHED_ROUTE) return UNMATCHED;
    const knownMethod = METHODS.has(method) ? method : OTHER;
    const name = `${knownMethod} ${route}`;
    const known = this.known.get(name);
    if (known !== undefined) return known;
    if (this.known.size >= this.max || route.length > ROUTE_LENGTH_MAX) return OVERFLOW;
    const endpoint = { method: knownMethod, route, name };
    this.known.set(name, endpoint);
    return endpoint;
  }
}

/** `404`, or `other` for what is no status of HTTP. */
export function statusName(status: number): string {
  return Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : OTHER;
}
