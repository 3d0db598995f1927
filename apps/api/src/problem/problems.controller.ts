import { Controller, Get, Header, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Environment } from '@app/runtime';
import { ERROR_NAMES, ERRORS, type ErrorName } from './errors';
import { ProblemError } from './problem-error';

interface ProblemPage {
  readonly error: ErrorName;
  readonly status: number;
  readonly title: string;
  readonly cause: string;
  readonly remedy: string;
}

/** Pages that the `type` of an error points to: its meaning and what to do, for people and for programs. */
@ApiExcludeController()
@Controller('problems')
export class ProblemsController {
  constructor(@Inject(Environment) private readonly environment: Environment) {}

  @Get(':error')
  @Header('Cache-Control', 'public, max-age=300')
  @Header('Content-Language', 'en')
  @Header('Vary', 'Accept')
  show(
    @Param('error') name: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): ProblemPage | string {
    const error = ERROR_NAMES.find((each) => each === name);
    if (error === undefined) throw new ProblemError('NotFound');
    const { status, detail: title, cause, remedy } = ERRORS[error];
    const page = { error, status, title, cause, remedy };
    if (request.accepts(['json', 'html']) !== 'html') return page;
    response.type('html');
    return render(page, this.environment.APP_NAME);
  }
}

/** The links are relative, so that they work behind any path prefix. */
const render = ({ error, status, title, cause, remedy }: ProblemPage, app: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${error} · ${escaped(app)}</title>
<style>html { background: Canvas; color: CanvasText; }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }</style>
</head>
<body>
<main>
<h1>${error}</h1>
<p><strong>${status}</strong> ${escaped(title)}</p>
<h2>Cause</h2>
<p>${withCode(cause)}</p>
<h2>Remedy</h2>
<p>${withCode(remedy)}</p>
</main>
<nav aria-label="Other errors">
<h2>Other errors</h2>
<ul>
${ERROR_NAMES.filter((name) => name !== error)
  .map((name) => `<li><a href="./${name}">${name}</a></li>`)
  .join('\n')}
</ul>
<p><a href="../">${escaped(app)}</a></p>
</nav>
</body>
</html>
`;

const withCode = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
