import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './operations';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly example?: unknown;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Media {
  schema?: Schema;
  example?: unknown;
  readonly examples?: object;
}

/** Adds an example to every body that has none, built from the examples of its fields. */
export function describeExamples(document: OpenAPIObject): void {
  for (const media of mediaOf(document)) {
    if (media.schema !== undefined && media.examples === undefined) {
      media.example ??= exampleOf(media.schema, document);
    }
  }
}

const mediaOf = (document: OpenAPIObject): Media[] =>
  operationsOf(document)
    .flatMap(({ requestBody, responses }) => [requestBody, ...Object.values(responses)])
    .flatMap((part) =>
      Object.values((part as { content?: Record<string, Media> } | undefined)?.content ?? {}),
    );

function exampleOf(schema: Schema, document: OpenAPIObject): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.$ref !== undefined) return exampleOf(named(schema.$ref, document), document);
  if (schema.items !== undefined) return [exampleOf(schema.items, document)];
  const [base] = schema.allOf ?? [];
  if (base !== undefined) return exampleOf(base, document);
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [name, exampleOf(property, document)]),
  );
}

const named = (reference: string, document: OpenAPIObject): Schema =>
  (document.components?.schemas?.[reference.split('/').at(-1) ?? ''] ?? {}) as Schema;
