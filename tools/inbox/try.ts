import { readFileSync } from 'node:fs';
import { request as requestFrom, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream';

/** Requests that this module answers. */
export const TRY_PATH = /^\/try(?:[/?]|$)/;
const API_PATH = /^\/try(\/api\/v1\/users\/[\w-]+)$/;

/** Of every page and answer of the inbox. */
export const SAFE_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const ROOT = path.resolve(__dirname, '../..');
const FILES: Readonly<Record<string, readonly [type: string, file: string]>> = {
  '/try/': ['text/html', 'examples/sign-up/index.html'],
  '/try/sign-up.css': ['text/css', 'examples/sign-up/sign-up.css'],
  '/try/sign-up.js': ['text/javascript', 'examples/sign-up/sign-up.js'],
  '/try/form.js': ['text/javascript', 'examples/sign-up/form.js'],
  '/try/words.js': ['text/javascript', 'examples/sign-up/words.js'],
  '/try/client.mjs': ['text/javascript', 'docs/client/client.mjs'],
};

/** Serves the sign-up page, and the API below its path: the same origin, so that it needs no CORS. */
export function answerTry(api: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [, apiPath] = API_PATH.exec(pathname) ?? [];
  if (apiPath !== undefined) return passOn(new URL(apiPath, api), request, response);
  const file = FILES[pathname];
  if (pathname === '/try') response.writeHead(302, { Location: '/try/' }).end();
  else if (file === undefined || request.method !== 'GET') response.writeHead(404).end();
  else {
    response.writeHead(200, {
      'Content-Type': `${file[0]}; charset=utf-8`,
      'Content-Security-Policy': POLICY,
      ...SAFE_HEADERS,
    });
    response.end(readFileSync(path.join(ROOT, file[1])));
  }
}

/** Forwards the request to the API unchanged, and its response back. */
function passOn(url: URL, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = request;
  const onward = requestFrom(url, { method, headers: { ...headers, host: url.host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => {});
  });
  onward.once('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { 'Content-Type': 'text/plain' }).end('The api does not answer');
  });
  response.once('close', () => onward.destroy());
  request.pipe(onward);
}
