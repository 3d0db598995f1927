import { Controller, Get, Header, ServiceUnavailableException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { DatabaseCheck } from './health';
import { Lifecycle } from './shutdown';

/** What Kubernetes asks, in Terminus's shape. */
@ApiExcludeController()
@Controller()
export class ProbesController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: DatabaseCheck,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** Depends on nothing but the process: an outage elsewhere is no reason to restart it. */
  @Get('livez')
  @Header('Cache-Control', 'no-store')
  livez(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('readyz')
  @Header('Cache-Control', 'no-store')
  async readyz(): Promise<HealthCheckResult> {
    if (this.lifecycle.draining) throw new ServiceUnavailableException(shuttingDown);
    return await this.health.check([
      async () => {
        const session = this.indicators.check('database');
        return await this.database.check().then(
          () => session.up(),
          () => session.down(),
        );
      },
    ]);
  }
}

const shuttingDown = {
  status: 'shutting_down',
  info: {},
  error: { process: { status: 'down', message: 'shutting down' } },
  details: { process: { status: 'down', message: 'shutting down' } },
};
