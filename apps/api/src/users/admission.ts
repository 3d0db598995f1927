import {
  applyDecorators,
  createParamDecorator,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBasicAuth, ApiBody } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import type { Request, Response } from 'express';
import { parseBasicCredentials, type BasicCredentials } from './basic-credentials';
import { readJsonBody } from '../server/json-body';
import type { FieldFault } from '../problem/problem';
import { ProblemError } from '../problem/problem-error';
import { DETAIL_OF } from '../problem/statuses';
import { toProblemError } from '../problem/to-problem';

interface Wanted {
  readonly credentials?: true;
  readonly body?: Type<object>;
}

/** What a request brought, examined before any limit is spent or any password hashed. */
export interface Admission {
  readonly credentials: BasicCredentials | null;
  readonly body: object | null;
  /** Why it goes no further; thrown once the limits have been settled, so that this answer shows them too. */
  readonly refusal: ProblemError | null;
}

const WANTED = Symbol('wanted');
const ADMISSION = Symbol('admission');

/** Names what a route wants: Basic credentials, a JSON body of a class, or both. */
export const Admits = (wanted: Wanted): MethodDecorator =>
  applyDecorators(
    SetMetadata(WANTED, wanted),
    ...(wanted.credentials ? [ApiBasicAuth()] : []),
    ...(wanted.body ? [ApiBody({ type: wanted.body })] : []),
  );

export const admissionOf = (request: Request): Admission =>
  (request as { [ADMISSION]?: Admission })[ADMISSION] ?? { credentials: null, body: null, refusal: null };

/** Examines header and body; cheap, and without a word to any store. */
@Injectable()
export class AdmissionGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const wanted = this.reflector.get<Wanted | undefined>(WANTED, context.getHandler());
    if (wanted === undefined) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const admission = await examine(wanted, request, http.getResponse<Response>());
    Object.assign(request, { [ADMISSION]: admission });
    return true;
  }
}

/** Turns away what was found wanting; the last of the guards. */
@Injectable()
export class RefusalGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { refusal } = admissionOf(context.switchToHttp().getRequest<Request>());
    if (refusal !== null) throw refusal;
    return true;
  }
}

/** The credentials of a route that `@Admits({ credentials: true })`. */
export const Credentials = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    admissionOf(context.switchToHttp().getRequest<Request>()).credentials,
);

/** The examined body of a route that `@Admits({ body })`. */
export const AdmittedBody = createParamDecorator(
  (_: unknown, context: ExecutionContext) => admissionOf(context.switchToHttp().getRequest<Request>()).body,
);

async function examine(wanted: Wanted, request: Request, response: Response): Promise<Admission> {
  const credentials = wanted.credentials ? parseBasicCredentials(request.get('authorization')) : null;
  try {
    if (wanted.credentials && credentials === null) {
      throw new ProblemError('InvalidCredentials', DETAIL_OF.InvalidCredentials);
    }
    const body = wanted.body ? await toBody(wanted.body, await readJsonBody(request, response)) : null;
    return { credentials, body, refusal: null };
  } catch (error) {
    return { credentials, body: null, refusal: toProblemError(error) };
  }
}

async function toBody(type: Type<object>, raw: unknown): Promise<object> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw ProblemError.invalid([{ field: 'body', message: 'must be a JSON object' }]);
  }
  const body = plainToInstance(type, flat(raw));
  // class-transformer leaves out some names (__proto__, constructor) without a word; unknown is unknown.
  const left = Object.keys(raw).filter((name) => !Object.hasOwn(body, name));
  if (left.length > 0) throw ProblemError.invalid(left.map(unknownField));
  const errors = await validate(body, {
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw ProblemError.invalid(errors.map(toFault));
  return body;
}

/** No field takes an object or a list, and class-transformer would call what a client names `constructor` in one. */
const flat = (raw: object): object =>
  Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [name, typeof value === 'object' ? null : (value as unknown)]),
  );

/** Longest field name that is repeated to the client. */
const FIELD_LENGTH_MAX = 64;

function toFault({ property, constraints = {} }: ValidationError): FieldFault {
  if (Object.hasOwn(constraints, 'whitelistValidation')) return unknownField(property);
  return { field: property, message: Object.values(constraints)[0] ?? 'is not valid' };
}

const unknownField = (name: string): FieldFault => ({
  field: name.slice(0, FIELD_LENGTH_MAX),
  message: 'is not a known field',
});
