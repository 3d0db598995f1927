import { Controller, Get, Header, ServiceUnavailableException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { DatabaseIndicator } from './health';
import { Lifecycle } from '../lifecycle/shutdown';

/** Probes for Kubernetes, in the format of Terminus. */
@ApiExcludeController()
@Controller()
export class ProbesController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: DatabaseIndicator,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** Depends only on the process: an outage elsewhere is no reason to restart it. */
  @Get('livez')
  @Header('Cache-Control', 'no-store')
  livez(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('readyz')
  @Header('Cache-Control', 'no-store')
  async readyz(): Promise<HealthCheckResult> {
    if (!this.lifecycle.ready) throw new ServiceUnavailableException(shuttingDown);
    return await this.health.check([() => this.database.isHealthy()]);
  }
}

const shuttingDown = {
  status: 'shutting_down',
  info: {},
  error: { process: { status: 'down', message: 'shutting down' } },
  details: { process: { status: 'down', message: 'shutting down' } },
};
