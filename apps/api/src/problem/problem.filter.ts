import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { matchLocale, SHIPPED_LOCALES } from '@app/mail';
import { Environment, Logger } from '@app/runtime';
import { currentRequest } from '../server/request-context';
import { toBody, toProblemError } from './to-problem';
import { translate } from './translate';

const PROBES = ['/livez', '/readyz'];

/** Answers every error with a problem body, and logs the errors of the server: 5xx but 501, which a client causes. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<Request>(), http.getResponse<Response>());
  }

  answer(thrown: unknown, request: Request, response: Response): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const error = toProblemError(thrown);
    const context = currentRequest();
    const body = toBody(error, context.requestId, this.environment.PUBLIC_PATH);
    const limit = body.status === 429 ? context.refusedLimit : undefined;
    context.refusal = { error: body.error, ...(limit === undefined ? {} : { limit }) };
    // The indicator logs an outage once; probes ask every few seconds, and a shutdown is no error.
    const probe = PROBES.includes(request.path) && thrown instanceof HttpException ? thrown : undefined;
    if (body.status >= 500 && body.status !== 501 && context.shedAt === undefined && probe === undefined) {
      this.logger[body.status === 503 ? 'warn' : 'error']({ error: thrown }, `Answered ${body.status}`);
    }
    if (body.error === 'InvalidToken') response.setHeader('WWW-Authenticate', 'Bearer');
    else if (body.status === 401) {
      const realm = this.environment.APP_NAME.replace(/[^\w .-]/g, '');
      response.setHeader('WWW-Authenticate', `${schemeFor(request)} realm="${realm}", charset="UTF-8"`);
    }
    if (body.retry_after_seconds !== undefined) response.setHeader('Retry-After', body.retry_after_seconds);
    // Probes keep the response format of Terminus, which operators of Kubernetes know.
    if (probe !== undefined) {
      response.status(probe.getStatus()).json(probe.getResponse());
      return;
    }
    const locale = matchLocale(request.headers['accept-language'], SHIPPED_LOCALES);
    const text = JSON.stringify(translate(body, locale));
    response.setHeader('Content-Language', locale);
    response.vary('Accept-Language');
    // Not `send`, which would parse the type and check for a fresh copy: a request that is shed must be cheap.
    response.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
    response.setHeader('Content-Length', Buffer.byteLength(text));
    response.status(body.status).end(text);
  }
}

/**
 * The scheme of the challenge. For `Basic`, a browser opens its own password dialog even when a script sent the request;
 * it leaves an unknown scheme to the script. Node's fetch sends no Sec-Fetch-Dest.
 */
function schemeFor(request: Request): 'Basic' | 'xBasic' {
  const scripted = request.get('sec-fetch-dest') === 'empty' || request.get('x-requested-with') !== undefined;
  return scripted ? 'xBasic' : 'Basic';
}
