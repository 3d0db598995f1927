import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Environment } from '../config/environment';

/**
 * Helmet's defaults, but pages load nothing from elsewhere, and plain HTTP stays plain HTTP on a developer's machine.
 */
const CONTENT_POLICY = {
  fontSrc: ["'self'", 'data:'],
  styleSrc: ["'self'", "'unsafe-inline'"],
  upgradeInsecureRequests: null,
};
/** A year, in seconds. */
const HSTS_MAX_AGE = 31_536_000;

/**
 * Helmet's headers. They are the same for every response, so they are computed once: its chain of handlers would take
 * a twentieth of the main thread's time for a sign-up. Strict-Transport-Security is sent only if the request came over
 * TLS: browsers ignore it over plain HTTP, and a proxy would forward a policy that its owner never chose.
 */
export function securityHeaders({ HSTS_INCLUDE_SUBDOMAINS: subdomains }: Environment): RequestHandler {
  const fields = new Map<string, string>();
  const recorder = {
    setHeader: (name: string, value: string) => fields.set(name, value),
    removeHeader: () => {},
  };
  helmet({ contentSecurityPolicy: { directives: CONTENT_POLICY }, strictTransportSecurity: false })(
    {} as Request,
    recorder as unknown as Response,
    () => {},
  );
  const transport = `max-age=${HSTS_MAX_AGE}${subdomains ? '; includeSubDomains' : ''}`;
  return (request: Request, response: Response, next: NextFunction): void => {
    response.setHeaders(fields);
    if (request.secure) response.setHeader('Strict-Transport-Security', transport);
    next();
  };
}

/** For responses about accounts, which are for one client only. */
export function forbidStoring(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}
