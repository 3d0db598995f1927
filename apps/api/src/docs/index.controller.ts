import { Controller, Get, Header, Inject, Param, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request } from 'express';
import { Environment } from '@app/runtime';
import { isForOperators } from '../server/operations-port';
import { ERROR_NAMES, type ErrorName } from '../problem/problem';
import { ProblemError } from '../problem/problem-error';
import { DETAIL_OF, STATUS_OF } from '../problem/statuses';

interface Link {
  readonly href: string;
  readonly title: string;
}

/** What a visitor finds first, and what the `type` of an error points to. */
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
    } = this.environment;
    const shown = isForOperators(request, this.environment);
    return {
      name,
      version,
      links: [
        ...(docs && shown
          ? [
              { href: '/docs', title: 'Documentation to try things in' },
              { href: '/docs-json', title: 'OpenAPI 3.1 document' },
            ]
          : []),
        { href: '/api/v1/health', title: 'Health' },
        ...(metrics && shown ? [{ href: '/api/v1/metrics', title: 'Metrics' }] : []),
      ],
    };
  }

  @Get('problems/:error')
  problem(@Param('error') error: string): { error: ErrorName; status: number; title: string } {
    const name = ERROR_NAMES.find((each) => each === error);
    if (name === undefined) throw new ProblemError('NotFound', DETAIL_OF.NotFound);
    return { error: name, status: STATUS_OF[name], title: DETAIL_OF[name] };
  }
}
