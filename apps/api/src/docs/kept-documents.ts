import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

/** The documents and what their page is made of; more paths than this are not kept. */
const PATHS = /^\/docs(?:-json|-yaml|\/[\w.-]{1,64})?\/?$/;
const KEPT_MAX = 24;

interface Kept {
  readonly type: string;
  readonly body: Buffer;
}

/**
 * Keeps each document, page and script of /docs once it has been made, and answers with the same bytes from then on:
 * Swagger's module would write the document as text for every request, and open a file for every script. The first
 * answer is Swagger's own, read as it is written.
 */
export function keepDocuments(app: INestApplication): void {
  const kept = new Map<string, Kept>();
  app.use((request: Request, response: Response, next: NextFunction): void => {
    const path = request.path.toLowerCase();
    if (!PATHS.test(path) || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    const known = kept.get(path);
    if (known !== undefined) {
      response.set('Cache-Control', 'public, max-age=300').type(known.type).send(known.body);
      return;
    }
    if (request.method === 'GET' && kept.size < KEPT_MAX) {
      // The first answer is whole, whatever part of it a client has or wants.
      delete request.headers.range;
      delete request.headers['if-none-match'];
      delete request.headers['if-modified-since'];
      readAnswer(response, (answer) => kept.set(path, answer));
    }
    next();
  });
}

/** Calls back with a successful answer's type and body, while they are on their way. */
function readAnswer(response: Response, whole: (answer: Kept) => void): void {
  const chunks: Buffer[] = [];
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  const read = (chunk: unknown): void => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array)
      chunks.push(Buffer.from(chunk as Uint8Array));
  };
  response.write = ((...args: Parameters<typeof write>) => {
    read(args[0]);
    return write(...args);
  }) as typeof write;
  response.end = ((...args: Parameters<typeof end>) => {
    read(args[0]);
    return end(...args);
  }) as typeof end;
  response.once('finish', () => {
    const type = response.get('content-type');
    if (response.statusCode === 200 && type !== undefined) whole({ type, body: Buffer.concat(chunks) });
  });
}
