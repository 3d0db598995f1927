import {
  applyDecorators,
  createParamDecorator,
  Injectable,
  UseGuards,
  type CanActivate,
} from '@nestjs/common';
import { ApiBasicAuth } from '@nestjs/swagger';
import { ProblemError } from '../problem/problem-error';
import { currentRequest } from '../server/request-context';

/** Refuses requests without readable credentials. It runs after the limits, so that its response shows them. */
@Injectable()
class BasicAuthGuard implements CanActivate {
  canActivate(): boolean {
    if (currentRequest().credentials === null) throw new ProblemError('InvalidCredentials');
    return true;
  }
}

/** Marks a route that requires Basic credentials; the handler checks whether they are right. */
export const BasicAuth = (): MethodDecorator => applyDecorators(UseGuards(BasicAuthGuard), ApiBasicAuth());

/** Injects the credentials of a route with `@BasicAuth()`. */
export const Credentials = createParamDecorator(() => currentRequest().credentials);
