import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Environment } from '../config/environment';

/** Helmet's own, but nothing of a page may come from elsewhere, and plain HTTP stays plain HTTP on a machine of one's own. */
const CONTENT_POLICY = {
  fontSrc: ["'self'", 'data:'],
  styleSrc: ["'self'", "'unsafe-inline'"],
  upgradeInsecureRequests: null,
};
/** A year, in seconds. */
const HSTS_MAX_AGE = 31_536_000;

/**
 * Helmet's header fields. They are the same for every answer, so it is asked for them once: its chain of handlers
 * would take a twentieth of what the main thread does for a sign-up. Strict-Transport-Security is said where the
 * request came over TLS: over plain HTTP browsers ignore it, and a proxy would pass on what its owner never decided.
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
