import { Controller, Get, Header, HttpStatus, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { MailCheck } from '@app/mail';
import { DatabaseCheck, Environment, RedisCheck } from '@app/runtime';

class HealthChecks {
  @ApiProperty({ enum: ['healthy', 'unhealthy'], example: 'healthy' })
  database!: 'healthy' | 'unhealthy';

  @ApiProperty({ enum: ['healthy', 'unhealthy', 'not_configured'], example: 'not_configured' })
  redis!: 'healthy' | 'unhealthy' | 'not_configured';

  @ApiProperty({ enum: ['healthy', 'unhealthy'], example: 'healthy' })
  mail!: 'healthy' | 'unhealthy';
}

export class Health {
  /** degraded: rate limits, metrics or mails are affected, requests are served. */
  @ApiProperty({ enum: ['healthy', 'degraded', 'unhealthy'], example: 'healthy' })
  status!: 'healthy' | 'degraded' | 'unhealthy';

  @ApiProperty({ example: '1.0.0' })
  version!: string;

  @ApiProperty()
  checks!: HealthChecks;
}

@ApiTags('operation')
@Controller('api/v1/health')
export class HealthController {
  constructor(
    private readonly database: DatabaseCheck,
    private readonly redis: RedisCheck,
    private readonly mail: MailCheck,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Health of the service and of what it depends on', security: [] })
  @ApiResponse({ status: 200, type: Health, description: 'Healthy or degraded.' })
  @ApiResponse({ status: 503, type: Health, description: 'Unhealthy: the database is away.' })
  async read(@Res({ passthrough: true }) response: Response): Promise<Health> {
    const [database, redis, mail] = await Promise.all([
      verdict(this.database.check()),
      this.redis.configured ? verdict(this.redis.check()) : ('not_configured' as const),
      verdict(this.mail.check()),
    ]);
    const impaired = redis === 'unhealthy' || mail === 'unhealthy';
    const status = database === 'unhealthy' ? 'unhealthy' : impaired ? 'degraded' : 'healthy';
    if (status === 'unhealthy') response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return { status, version: this.environment.APP_VERSION, checks: { database, redis, mail } };
  }
}

const verdict = (check: Promise<void>): Promise<'healthy' | 'unhealthy'> =>
  check.then(
    () => 'healthy' as const,
    () => 'unhealthy' as const,
  );
