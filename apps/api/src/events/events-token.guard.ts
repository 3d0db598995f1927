import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Environment } from '@app/runtime';
import { ProblemError } from '../problem/problem-error';

/**
 * Allows requests with EVENTS_TOKEN as a Bearer token (RFC 6750, 2.1), and nowhere else. Without EVENTS_TOKEN there is
 * no feed.
 */
@Injectable()
export class EventsTokenGuard implements CanActivate {
  constructor(@Inject(Environment) private readonly environment: Environment) {}

  canActivate(context: ExecutionContext): boolean {
    const { EVENTS_TOKEN: token } = this.environment;
    if (token === '') throw new ProblemError('NotFound');
    const header = context.switchToHttp().getRequest<Request>().get('authorization') ?? '';
    const given = /^bearer +(\S+) *$/i.exec(header)?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), digest(token))) {
      throw new ProblemError('InvalidToken');
    }
    return true;
  }
}

/** Digests have equal length, whatever the input. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
