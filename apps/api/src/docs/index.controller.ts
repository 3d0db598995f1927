import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { Environment } from '@app/runtime';
import { isForOperators } from '../server/operations-port';

interface Link {
  readonly href: string;
  readonly title: string;
}

/** The start page. Its links are absolute paths, so they start with PUBLIC_PATH. */
@ApiExcludeController()
@Controller()
export class IndexController {
  constructor(@Inject(Environment) private readonly environment: Environment) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  index(@Req() request: Request): { name: string; version: string; links: Link[] } {
    const {
      APP_NAME: name,
      APP_VERSION: version,
      ENABLE_DOCS: docs,
      ENABLE_METRICS: metrics,
      PUBLIC_PATH: path,
    } = this.environment;
    const shown = isForOperators(request, this.environment);
    return {
      name,
      version,
      links: [
        ...(docs && shown
          ? [
              { href: `${path}/docs`, title: 'Interactive API documentation' },
              { href: `${path}/docs-json`, title: 'OpenAPI 3.1 document' },
            ]
          : []),
        { href: `${path}/api/v1/health`, title: 'Health' },
        ...(metrics && shown ? [{ href: `${path}/api/v1/metrics`, title: 'Metrics' }] : []),
      ],
    };
  }
}
