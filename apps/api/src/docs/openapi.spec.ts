import type { OpenAPIObject } from '@nestjs/swagger';
import { parseEnvironment } from '@app/runtime';
import { startEdge } from '../testing/edge-app';
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

/** The document as a configuration makes it. */
async function documentOf(env: NodeJS.ProcessEnv = {}): Promise<OpenAPIObject> {
  const { app } = await startEdge();
  const document = createOpenApiDocument(app, parseEnvironment(env));
  await app.close();
  return document;
}

const operationsOf = ({ paths }: OpenAPIObject): Answers[] =>
  Object.values(paths).flatMap(({ get, post, delete: remove }) =>
    [get, post, remove].filter((operation) => operation !== undefined),
  ) as Answers[];

describe('The OpenAPI document', () => {
  it('says lengths, lives and counts as they are configured', async () => {
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
      RegisterBody: { properties: { password: { minLength: 14 } } },
    });
    expect(document.paths['/api/v1/users/register']?.post?.description).toMatch(/6 digits.*90 seconds/);
    expect(document.paths['/api/v1/users/activation-codes']?.post?.description).toContain(
      'at most 4 new codes',
    );
    expect(document.info.description).toContain('expires after 90 s');
  });

  it('has no answer for a taken address in concealed mode', async () => {
    const [plain, concealed] = await Promise.all([
      documentOf(),
      documentOf({ CONCEAL_REGISTERED_EMAILS: 'true', OPERATIONS_PORT: '9000' }),
    ]);
    const statuses = (document: OpenAPIObject): string[] =>
      Object.keys(document.paths['/api/v1/users/register']?.post?.responses ?? {});
    expect(statuses(plain)).toContain('409');
    expect(statuses(concealed)).not.toContain('409');
  });

  it('has a distinct operationId for every operation', async () => {
    const ids = operationsOf(await documentOf()).map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has an example for every answer, and the errors of its status alone', async () => {
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
});
