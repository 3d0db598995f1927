import type { OpenAPIObject } from '@nestjs/swagger';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** The api has no routes with other methods. */
export const operationsOf = ({ paths }: OpenAPIObject): Operation[] =>
  Object.values(paths)
    .flatMap((item) => [item.get, item.post, item.delete])
    .filter((operation) => operation !== undefined);

/** @param id the operationId, which is the name of the handler */
export function operationOf(document: OpenAPIObject, id: string): Operation {
  const found = operationsOf(document).find(({ operationId }) => operationId === id);
  if (found === undefined) throw new Error(`The document has no operation ${id}`);
  return found;
}
