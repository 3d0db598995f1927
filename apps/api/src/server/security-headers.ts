import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** Helmet's own, but nothing of a page may come from elsewhere, and plain HTTP stays plain HTTP on a machine of one's own. */
const CONTENT_POLICY = {
  fontSrc: ["'self'", 'data:'],
  styleSrc: ["'self'", "'unsafe-inline'"],
  upgradeInsecureRequests: null,
};

/**
 * Helmet's header fields. They are the same for every answer, so it is asked for them once: its chain of handlers
 * would take a twentieth of what the main thread does for a sign-up.
 */
export function securityHeaders(): RequestHandler {
  const fields = new Map<string, string>();
  const recorder = {
    setHeader: (name: string, value: string) => fields.set(name, value),
    removeHeader: () => {},
  };
  helmet({ contentSecurityPolicy: { directives: CONTENT_POLICY } })(
    {} as Request,
    recorder as unknown as Response,
    () => {},
  );
  return (_request: Request, response: Response, next: NextFunction): void => {
    response.setHeaders(fields);
    next();
  };
}
