import { Controller, Get, Header, HttpStatus, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Environment } from '@app/runtime';
import { DatabaseIndicator, RedisIndicator } from '@app/runtime/server';
import { ApiProblems } from '../docs/api-problems';
import { RETRY_AFTER_SECONDS } from '../problem/to-problem';
import { SmtpIndicator } from './smtp.indicator';

class HealthChecks {
  @ApiProperty({ enum: ['healthy', 'unhealthy'], example: 'healthy' })
  database!: 'healthy' | 'unhealthy';

  @ApiProperty({ enum: ['healthy', 'unhealthy', 'not_configured'], example: 'not_configured' })
  redis!: 'healthy' | 'unhealthy' | 'not_configured';

  @ApiProperty({ enum: ['healthy', 'unhealthy'], example: 'healthy' })
  mail!: 'healthy' | 'unhealthy';
}

export class Health {
  /** degraded: rate limits, metrics or mails are affected, but requests are served. */
  @ApiProperty({ enum: ['healthy', 'degraded', 'unhealthy'], example: 'healthy' })
  status!: 'healthy' | 'degraded' | 'unhealthy';

  @ApiProperty({ example: '1.0.0' })
  version!: string;

  @ApiProperty()
  checks!: HealthChecks;
}

const UNHEALTHY: Health = {
  status: 'unhealthy',
  version: '1.0.0',
  checks: { database: 'unhealthy', redis: 'not_configured', mail: 'healthy' },
};

@ApiTags('Operation')
@Controller('api/v1/health')
export class HealthController {
  constructor(
    private readonly database: DatabaseIndicator,
    private readonly redis: RedisIndicator,
    private readonly smtp: SmtpIndicator,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Health of the service and its dependencies',
    description: 'For people and dashboards. Orchestrators use `/livez` and `/readyz`.',
    security: [],
  })
  @ApiResponse({ status: 200, type: Health, description: 'Healthy or degraded.' })
  @ApiResponse({
    status: 503,
    type: Health,
    description:
      'Unhealthy: the database is unavailable, or this process is shutting down (then with a problem body).',
    example: UNHEALTHY,
  })
  @ApiProblems()
  async getHealth(@Res({ passthrough: true }) response: Response): Promise<Health> {
    const [{ database }, { redis }, { smtp }] = await Promise.all([
      this.database.isHealthy(),
      this.redis.isHealthy(),
      this.smtp.isHealthy(),
    ]);
    const checks = {
      database: verdict(database),
      redis: this.redis.configured ? verdict(redis) : ('not_configured' as const),
      mail: verdict(smtp),
    };
    const degraded = checks.redis === 'unhealthy' || checks.mail === 'unhealthy';
    const status = checks.database === 'unhealthy' ? 'unhealthy' : degraded ? 'degraded' : 'healthy';
    if (status === 'unhealthy') {
      response.status(HttpStatus.SERVICE_UNAVAILABLE).setHeader('Retry-After', RETRY_AFTER_SECONDS);
    }
    return { status, version: this.environment.APP_VERSION, checks };
  }
}

const verdict = ({ status }: { status: 'up' | 'down' }): 'healthy' | 'unhealthy' =>
  status === 'up' ? 'healthy' : 'unhealthy';
