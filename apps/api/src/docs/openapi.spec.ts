import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { parseEnvironment } from '@app/runtime';
import { AppModule } from '../app.module';
import type { Problem } from '../problem/problem';
import { createOpenApiDocument } from './openapi';

interface Media {
  readonly example?: unknown;
  readonly examples?: Record<string, object>;
  readonly schema: { readonly allOf?: readonly { properties?: { error?: { enum: string[] } } }[] };
}
interface Answers {
  readonly operationId: string;
  readonly responses: Record<string, { readonly content?: Record<string, Media> }>;
}

/** The document for a configuration. Nest's preview reads the modules without starting them. */
async function documentOf(env: NodeJS.ProcessEnv = {}): Promise<OpenAPIObject> {
  const environment = parseEnvironment(env);
  const module = AppModule.forEnvironment(environment);
  const app = await NestFactory.create(module, { preview: true, abortOnError: false, logger: false });
  return createOpenApiDocument(app, environment);
}

const operationsOf = ({ paths }: OpenAPIObject): Answers[] =>
  Object.values(paths).flatMap(({ get, post, delete: remove }) =>
    [get, post, remove].filter((operation) => operation !== undefined),
  ) as Answers[];

/** Names of the documented errors of an operation. */
const errorsOf = ({ paths }: OpenAPIObject, path: string): string[] =>
  Object.values((paths[path]?.post as unknown as Answers).responses)
    .flatMap(({ content = {} }) => Object.keys(content['application/problem+json']?.examples ?? {}))
    .sort();

describe('The OpenAPI document', () => {
  it('states lengths, lifetimes and counts as configured', async () => {
    const document = await documentOf({
      ACTIVATION_CODE_LENGTH: '6',
      ACTIVATION_CODE_EXPIRY_SECONDS: '90',
      ACTIVATION_CODE_MAX_RESENDS: '4',
      PASSWORD_MIN_LENGTH: '14',
    });
    expect(document.components?.schemas).toMatchObject({
      ActivateBody: {
        properties: { activation_code: { pattern: '^[0-9]{6,8}$', minLength: 6, example: '123456' } },
      },
      Activation: {
        properties: {
          ...{ code_length: { example: 6, minimum: 6 }, code_lifetime_seconds: { example: 90 } },
          ...{ resends_left: { example: 4 } },
        },
      },
      RegisterBody: { properties: { password: { minLength: 14 } } },
    });
    expect(document.paths['/api/v1/users/register']?.post?.description).toMatch(/6 digits.*90 seconds/);
    expect(document.paths['/api/v1/users/activation-codes']?.post?.description).toContain(
      'at most 4 new codes',
    );
    expect(document.info.description).toContain('expires after 90 s');
  });

  it('documents no response that reveals registered addresses in concealed mode', async () => {
    const [plain, concealed] = await Promise.all([
      documentOf(),
      documentOf({ CONCEAL_REGISTERED_EMAILS: 'true', OPERATIONS_PORT: '9000' }),
    ]);
    const registrations = ['register', 'activate', 'activation-codes'];
    const errors = (document: OpenAPIObject): Record<string, string[]> =>
      Object.fromEntries(registrations.map((path) => [path, errorsOf(document, `/api/v1/users/${path}`)]));
    const always = ['InternalError', 'ServiceUnavailable', 'RateLimitExceeded', 'ValidationError'].sort();
    const body = ['PayloadTooLarge', 'UnsupportedMediaType'];
    expect(errors(plain)['register']).toContain('UserAlreadyExists');
    expect(errors(plain)['activate']).toEqual(
      expect.arrayContaining(['InvalidActivationCode', 'UserAlreadyActivated', 'ActivationCodeExpired']),
    );
    expect(errors(concealed)).toEqual({
      register: [...always, ...body].sort(),
      activate: [...always, ...body, 'InvalidCredentials'].sort(),
      'activation-codes': [...always, 'InvalidCredentials'].sort(),
    });
    const { activate, me, newCode } = {
      activate: concealed.paths['/api/v1/users/activate']?.post,
      newCode: concealed.paths['/api/v1/users/activation-codes']?.post,
      me: concealed.paths['/api/v1/users/me']?.get,
    };
    expect(activate?.description).toMatch(/Every failure gets the same 401/);
    expect(JSON.stringify(activate?.responses['401'])).toContain('"hint":"A wrong or expired code');
    expect(newCode?.description).toMatch(/The answer is always the same/);
    expect(JSON.stringify(newCode?.responses['202'])).toContain('"message":"If the password is right');
    expect(me?.description).toMatch(/not activated yet gets the 401/);
  });

  it('documents no limits if they are off, except that of new codes, which the row counts', async () => {
    const document = await documentOf({ ENABLE_RATE_LIMITING: 'false' });
    for (const [path, { get, post, delete: erase }] of Object.entries(document.paths)) {
      const limited = path === '/api/v1/users/activation-codes';
      for (const operation of [get, post, erase].filter((each) => each !== undefined)) {
        expect([path, '429' in operation.responses]).toEqual([path, limited]);
        expect([path, JSON.stringify(operation.responses).includes('X-RateLimit')]).toEqual([path, limited]);
      }
    }
  });

  it('contains every header that a response names, and no other', async () => {
    for (const env of [{}, { ENABLE_RATE_LIMITING: 'false', CONCEAL_REGISTERED_EMAILS: 'true' }]) {
      const { paths, components } = await documentOf(env);
      const named = JSON.stringify(paths).matchAll(/#\/components\/headers\/([\w-]+)/g);
      const names = new Set([...named].map(([, name]) => name));
      expect(Object.keys(components?.headers ?? {}).sort()).toEqual([...names].sort());
    }
  });

  it('has a distinct operationId for every operation', async () => {
    const ids = operationsOf(await documentOf()).map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has an example for every response, and only the errors of its status', async () => {
    for (const { operationId, responses } of operationsOf(await documentOf())) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        for (const { example, examples, schema } of Object.values(content)) {
          expect([operationId, status, example ?? examples]).toEqual([
            operationId,
            status,
            expect.any(Object),
          ]);
          const errors = schema.allOf?.[1]?.properties?.error?.enum;
          if (examples !== undefined) expect(errors).toEqual(Object.keys(examples));
        }
      }
    }
  });

  it('shows for each operation a field and a limit that it can refuse', async () => {
    const shown = (status: string, document: OpenAPIObject): unknown[] =>
      operationsOf(document).flatMap(({ operationId, responses }) => {
        const { ValidationError, RateLimitExceeded } = (responses[status]?.content?.[
          'application/problem+json'
        ]?.examples ?? {}) as Record<string, { value: Problem }>;
        const name = ValidationError?.value.errors?.[0]?.code ?? RateLimitExceeded?.value.limit;
        return name === undefined ? [] : [[operationId, name]];
      });
    const limits = {
      register: 'registration',
      activate: 'activation',
      issueNewCode: 'resend',
      getOwnAccount: 'credentials',
      deleteOwnAccount: 'credentials',
    };
    const [plain, concealed] = await Promise.all([
      documentOf(),
      documentOf({ CONCEAL_REGISTERED_EMAILS: 'true', OPERATIONS_PORT: '9000' }),
    ]);
    expect(Object.fromEntries(shown('400', plain) as [])).toEqual({
      register: 'email.invalid',
      activate: 'activation_code.invalid',
      issueNewCode: 'Idempotency-Key.too_short',
      listEvents: 'limit.invalid',
    });
    expect(Object.fromEntries(shown('429', plain) as [])).toEqual(limits);
    expect(Object.fromEntries(shown('429', concealed) as [])).toEqual({
      ...limits,
      activate: 'credentials',
      issueNewCode: 'credentials',
    });
  });

  it('shows every field of a response, and an unhealthy service in a 503', async () => {
    const document = await documentOf();
    const exampleOf = (id: string, status: string): unknown =>
      operationsOf(document).find(({ operationId }) => operationId === id)?.responses[status]?.content?.[
        'application/json'
      ]?.example;
    expect(exampleOf('issueNewCode', '202')).toHaveProperty('activation.code_state', 'owed');
    expect(exampleOf('listEvents', '200')).toHaveProperty('events.0.data.is_activated', true);
    expect(exampleOf('getHealth', '503')).toHaveProperty('checks.database', 'unhealthy');
  });
});
