import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { Environment } from '@app/runtime';
import { describeProblems } from './api-problems';
import { describeConfiguration } from './as-configured';
import { describeExamples } from './examples';
import { keepDocuments } from './kept-documents';
import { describeHeaders } from './response-headers';

const describe = ({ ACTIVATION_CODE_EXPIRY_SECONDS: life }: Environment): string => `
Register with email and password, then activate the account with the code sent by mail.

1. \`POST /api/v1/users/register\` with email and password.
2. A mail with an activation code arrives; the code expires after ${life} s.
3. \`POST /api/v1/users/activate\` with Basic auth (email and password) and the code.

Every error has the same body (RFC 9457 problem details), with \`message\` and \`detail\` in the language of Accept-Language. Times are in UTC, in RFC 3339 format.
`;

/** The OpenAPI 3.1 document of the service. */
export function createOpenApiDocument(app: INestApplication, environment: Environment): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(environment.APP_NAME)
    .setDescription(describe(environment).trim())
    .setVersion(environment.APP_VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(environment.PUBLIC_PATH || '/')
    .addBasicAuth({
      type: 'http',
      scheme: 'basic',
      description: 'Email and password of the account, in UTF-8.',
    })
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'EVENTS_TOKEN of the service.' })
    .addTag('Accounts', 'Sign up and activate')
    .addTag('Events', 'Account events for other services')
    .addTag('Operation', 'Health and metrics')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_controller, method) => method,
  });
  describeProblems(document, environment);
  describeConfiguration(document, environment);
  describeHeaders(document);
  describeExamples(document);
  return document;
}

/** Serves Swagger UI at /docs and the document at /docs-json and /docs-yaml, each made once. */
export function serveDocs(app: INestApplication, environment: Environment): void {
  keepDocuments(app);
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app, environment), {
    jsonDocumentUrl: '/docs-json',
    yamlDocumentUrl: '/docs-yaml',
    customSiteTitle: `${environment.APP_NAME} API`,
    // One server, this one: nothing to choose.
    customCss: '.swagger-ui .scheme-container .servers-title, .swagger-ui .servers { display: none; }',
    swaggerOptions: { persistAuthorization: false, displayRequestDuration: true, tryItOutEnabled: true },
  });
}
