import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import type { Mailbox, StoredMail } from './mailbox';
import { answerTry, SAFE_HEADERS, TRY_PATH } from './try';

const BODY_BYTES_MAX = 65_536;
const SNIPPET_LENGTH = 250;
const PAGE_LIMIT = 50;

/** The page may load only its own parts and frame a mail; a mail may only use its own styles. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";

const asset = (file: string): string => readFileSync(path.join(__dirname, 'page', file), 'utf8');

/**
 * The inbox: a page for people, and the part of Mailpit's API that scripts need. With the address of an `api` it also
 * serves the sign-up page of examples/ at `/try`.
 */
export function createInboxServer(mailbox: Mailbox, api?: string): Server {
  const assets: Record<string, readonly [type: string, body: string]> = {
    '/': ['text/html', asset('index.html')],
    '/inbox.js': ['text/javascript', asset('inbox.js')],
    '/inbox.css': ['text/css', asset('inbox.css')],
  };
  return createServer((request, response) => {
    // A name that points to 127.0.0.1 would give a foreign page our origin, so only addresses and localhost are
    // accepted.
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (!['127.0.0.1', 'localhost', '[::1]'].includes(host))
      return send(response, 403, { Error: 'unknown host' });
    if (api !== undefined && TRY_PATH.test(request.url ?? '')) return answerTry(api, request, response);
    void answer(mailbox, assets, request, response).catch(() =>
      send(response, 400, { Error: 'bad request' }),
    );
  });
}

async function answer(
  mailbox: Mailbox,
  assets: Record<string, readonly [string, string]>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const page = assets[url.pathname];
  if (request.method === 'GET' && page !== undefined)
    return sendText(response, page[0], page[1], PAGE_POLICY);
  if (url.pathname === '/api/v1/messages') {
    if (request.method === 'GET') return send(response, 200, list(mailbox, url.searchParams));
    if (request.method === 'DELETE') {
      mailbox.delete(await readIds(request));
      return sendText(response, 'text/plain', 'ok', PAGE_POLICY);
    }
  }
  const [, id, part] = /^\/(?:api\/v1\/message|view)\/([\w-]+)(\/raw|\.html)?$/.exec(url.pathname) ?? [];
  const mail =
    id === undefined || request.method !== 'GET' ? undefined : mailbox.find(id, url.searchParams.get('to'));
  if (mail === undefined) return send(response, 404, { Error: 'not found' });
  if (part === '/raw') return sendText(response, 'text/plain', mail.Raw, MAIL_POLICY);
  if (part === '.html') return sendText(response, 'text/html', mail.HTML, MAIL_POLICY);
  return send(response, 200, whole(mail));
}

function list(mailbox: Mailbox, query: URLSearchParams): object {
  const mails = mailbox.all();
  const start = Math.max(0, Number(query.get('start') ?? 0) || 0);
  const limit = Math.max(0, Number(query.get('limit') ?? PAGE_LIMIT) || PAGE_LIMIT);
  const page = mails.slice(start, start + limit);
  return {
    total: mails.length,
    unread: mails.length,
    count: page.length,
    messages_count: mails.length,
    start,
    messages: page.map(({ Text, HTML: _html, Raw: _raw, ...mail }) => ({
      ...mail,
      Cc: [],
      Bcc: [],
      Read: false,
      Attachments: 0,
      Snippet: Text.replace(/\s+/g, ' ').slice(0, SNIPPET_LENGTH),
    })),
  };
}

const whole = ({ Raw: _raw, Created, ...mail }: StoredMail): object => ({
  ...mail,
  Date: Created,
  Cc: [],
  Bcc: [],
  Attachments: [],
});

async function readIds(request: IncomingMessage): Promise<string[]> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > BODY_BYTES_MAX) throw new Error('too large');
  }
  const { IDs = [] } = (body === '' ? {} : JSON.parse(body)) as { IDs?: unknown[] };
  return IDs.map(String);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...SAFE_HEADERS });
  response.end(JSON.stringify(body));
}

function sendText(response: ServerResponse, type: string, body: string, policy: string): void {
  response.writeHead(200, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Security-Policy': policy,
    ...SAFE_HEADERS,
  });
  response.end(body);
}
