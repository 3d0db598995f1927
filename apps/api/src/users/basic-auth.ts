import {
  applyDecorators,
  createParamDecorator,
  Injectable,
  UseGuards,
  type CanActivate,
} from '@nestjs/common';
import { ApiBasicAuth } from '@nestjs/swagger';
import { ProblemError } from '../problem/problem-error';
import { DETAIL_OF } from '../problem/statuses';
import { currentRequest } from '../server/request-context';

/** Refuses a request without credentials that can be read. It runs after the limits, so that its answer shows them. */
@Injectable()
class BasicAuthGuard implements CanActivate {
  canActivate(): boolean {
    if (currentRequest().credentials === null) {
      throw new ProblemError('InvalidCredentials', DETAIL_OF.InvalidCredentials);
    }
    return true;
  }
}

/** A route that wants Basic credentials: whether they are right is the handler's question. */
export const BasicAuth = (): MethodDecorator => applyDecorators(UseGuards(BasicAuthGuard), ApiBasicAuth());

/** The credentials of a route with `@BasicAuth()`. */
export const Credentials = createParamDecorator(() => currentRequest().credentials);
