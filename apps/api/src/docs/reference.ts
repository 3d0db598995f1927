import { readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import type { Request, Response } from 'express';

/** Redoc shows its maker's logo from the maker's server, which the page's policy forbids; without it, it shows none. */
const FOREIGN_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';

/** The search is off: it wants a worker made of text, and five endpoints are found without. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>API reference</title>
    <link rel="icon" href="/docs/favicon-32x32.png" />
    <style>body { margin: 0; }</style>
  </head>
  <body>
    <redoc
      spec-url="/docs-json"
      disable-search="true"
      hide-hostname="true"
      expand-responses="200,201,202"
      json-sample-expand-level="all"
    ></redoc>
    <noscript>This page needs JavaScript; the document itself is at <a href="/docs-json">/docs-json</a>.</noscript>
    <script src="/docs/reference/redoc.js"></script>
  </body>
</html>
`;

/** Serves Redoc at /docs/reference: the OpenAPI document to be read from top to bottom, all of it from here. */
export function serveReference(app: INestApplication): void {
  // `npm run build` puts the bundle beside the program: production needs none of what it was made of.
  const bundle = readFileSync(require.resolve('redoc/bundles/redoc.standalone.js'), 'utf8');
  const script = bundle.replace(FOREIGN_LOGO, 'data:,');
  const http = app.getHttpAdapter();
  http.get('/docs/reference', (_request: Request, response: Response) => response.type('html').send(PAGE));
  http.get('/docs/reference/redoc.js', (_request: Request, response: Response) =>
    response.set('Cache-Control', 'public, max-age=86400').type('js').send(script),
  );
}
