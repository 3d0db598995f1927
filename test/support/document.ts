import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

interface Media {
  readonly schema: object;
  readonly examples?: Record<string, object>;
}
interface DocumentedResponse {
  readonly content?: Record<string, Media>;
  readonly headers: Record<string, object>;
}
export interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly $ref: string } }> };
  readonly responses: Record<string, DocumentedResponse>;
}
export interface Schema {
  readonly properties: Record<string, Record<string, unknown>>;
}
interface OpenApiDocument {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly schemas: Record<string, Schema>;
    readonly headers: Record<
      string,
      { readonly required?: boolean; readonly schema: { readonly type?: string } }
    >;
  };
}
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The contract of the service with its clients. */
export const document = JSON.parse(readFileSync(resolve('docs/openapi.json'), 'utf8')) as OpenApiDocument;

/** Pages for people and for operators' machines, which are not part of the document. */
const UNDOCUMENTED = /^\/(?:problems\/\w+|livez|readyz|metrics|docs(?:[/-].*)?)?$/;
/** Terminus has its own format for refusals. */
const PROBES = ['/livez', '/readyz'];

/**
 * Checks a response against docs/openapi.json: status, content type, headers, body. @throws {Error} with the operation
 * and all differences
 */
export function checkAnswer(method: string, target: string, answer: Received): void {
  // Express accepts a path in any case, with a trailing slash, and with a host before it.
  const [path = ''] = target.toLowerCase().split(/[?#]/);
  const route = path.replace(/^https?:\/\/[^/]*/, '').replace(/(?<=.)\/$/, '');
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  const operation = document.paths[route]?.[verb];
  const faults =
    operation === undefined ? faultsElsewhere(method, route, answer) : faultsOf(operation, method, answer);
  if (faults.length === 0) return;
  const name = operation === undefined ? '' : ` (${operation.operationId})`;
  throw new Error(
    `${method} ${target}${name} does not keep to docs/openapi.json with its ${answer.status}:\n` +
      `  ${faults.join('\n  ')}\n${answer.text.slice(0, 500)}`,
  );
}

function faultsOf(operation: Operation, method: string, answer: Received): string[] {
  const response = operation.responses[answer.status];
  if (response === undefined) return ['the status is not documented'];
  return [
    ...headerFaults(response, answer.headers),
    ...(method === 'HEAD' ? [] : bodyFaults(response, answer)),
  ];
}

function headerFaults({ headers }: DocumentedResponse, given: Headers): string[] {
  return Object.entries(document.components.headers).flatMap(([name, { required, schema }]) => {
    const value = given.get(name);
    const documented = name in headers;
    if (value === null) return documented && required ? [`${name} is missing`] : [];
    if (!documented) return [`${name} is not documented`];
    return schemaFaults(schema, schema.type === 'integer' ? Number(value) : value).map(
      (fault) => `${name}${fault}`,
    );
  });
}

function bodyFaults({ content }: DocumentedResponse, { status, headers, text }: Received): string[] {
  if (content === undefined) return text === '' ? [] : ['a body is not documented'];
  const type = (headers.get('content-type') ?? 'none').split(';')[0] ?? '';
  const media = content[type];
  if (media === undefined) return [`the content type ${type} is not documented`];
  const body = JSON.parse(text) as { status?: unknown; error?: unknown };
  const faults = schemaFaults(media.schema, body).map((fault) => `body${fault}`);
  if (type !== 'application/problem+json') return faults;
  if (body.status !== status) faults.push('body/status is not the status');
  if (media.examples !== undefined && !(String(body.error) in media.examples)) {
    faults.push(`body/error ${String(body.error)} is not documented here`);
  }
  return faults;
}

/** One object for all responses: a schema is compiled once per object, which takes milliseconds. */
const ANY_PROBLEM: DocumentedResponse = {
  headers: {},
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

/** A path that is not in the document must not exist, and must be reported in the usual way. */
function faultsElsewhere(method: string, route: string, answer: Received): string[] {
  if (answer.status < 400) {
    return UNDOCUMENTED.test(route) || method === 'OPTIONS' ? [] : ['this is not documented at all'];
  }
  if (PROBES.includes(route) || method === 'HEAD') return [];
  return bodyFaults(ANY_PROBLEM, answer);
}

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
// Local parts in any script, RFC 6531.
ajv.addFormat('idn-email', /^[^\s@]+@[^\s@]+$/);

/** Responses may only contain documented fields. */
const closed = Object.fromEntries(
  Object.entries(document.components.schemas).map(([name, schema]) => [
    name,
    { ...schema, additionalProperties: false },
  ]),
);
const compiled = new Map<object, ValidateFunction>();

function schemaFaults(schema: object, value: unknown): string[] {
  const known = compiled.get(schema);
  const validate = known ?? ajv.compile({ ...schema, components: { schemas: closed } });
  if (known === undefined) compiled.set(schema, validate);
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const extra = typeof params['additionalProperty'] === 'string' ? `: ${params['additionalProperty']}` : '';
    return `${instancePath} ${message ?? 'is wrong'}${extra}`;
  });
}
