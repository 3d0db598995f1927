import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

const MOUNTED = ['/docs', '/docs-json', '/docs-yaml'];
/** Maximum number of documents, pages and scripts that are kept. */
const PATHS = /^\/docs(?:-json|-yaml|\/[\w.-]{1,64})?\/?$/;
const KEPT_MAX = 24;

interface Kept {
  readonly type: string;
  readonly body: Buffer;
  readonly route: unknown;
}

/** The route of files, which the router does not know, in metrics and logs. */
const FILES = { path: '/docs/:file' };

/**
 * Keeps each document, page and script of /docs once it has been made, and serves the same bytes from then on. Without
 * it, @nestjs/swagger would serialize the document for every request and open a file for every script. The first
 * response is captured while it is written.
 */
export function keepDocuments(app: INestApplication): void {
  const kept = new Map<string, Kept>();
  /** Paths whose response is being captured: the first of many concurrent requests is enough. */
  const captured = new Set<string>();
  app.use(MOUNTED, (request: Request, response: Response, next: NextFunction): void => {
    const path = (request.originalUrl.split('?')[0] ?? '').toLowerCase();
    if (!PATHS.test(path) || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    const known = kept.get(path);
    request.route = known?.route ?? FILES;
    if (known !== undefined) {
      response.set('Cache-Control', 'public, max-age=300').type(known.type).send(known.body);
      return;
    }
    if (request.method === 'GET' && kept.size < KEPT_MAX && !captured.has(path)) {
      captured.add(path);
      response.once('close', () => captured.delete(path));
      // The first response is complete, even if the client asked for a part of it or has it cached.
      delete request.headers.range;
      delete request.headers['if-none-match'];
      delete request.headers['if-modified-since'];
      readAnswer(response, (answer) => kept.set(path, { ...answer, route: request.route as unknown }));
    }
    next();
  });
}

/** Calls back with the type and body of a successful response while it is sent. */
function readAnswer(response: Response, whole: (answer: Omit<Kept, 'route'>) => void): void {
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
