import { Controller, Get, Header, Inject, NotFoundException } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { MetricsReporter, type MetricsReport } from '@app/metrics';
import { ApiProblems } from '../docs/api-problems';

class BusinessMetrics {
  @ApiProperty({ type: 'integer', example: 15 })
  registrations!: number;

  @ApiProperty({ type: 'integer', example: 12 })
  activations!: number;
}

/** Counts since the service was first started, and latencies of the last hour in milliseconds, over all processes. */
class Metrics {
  @ApiProperty({
    description: 'Requests by method and route template.',
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { 'GET /api/v1/health': 42 },
  })
  request_counts!: Record<string, number>;

  @ApiProperty({
    description: 'Responses by status.',
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { '200': 40, '404': 2 },
  })
  status_counts!: Record<string, number>;

  @ApiProperty({ description: 'Responses with status 400 or above.', type: 'integer', example: 2 })
  error_count!: number;

  @ApiProperty()
  business_metrics!: BusinessMetrics;

  @ApiProperty({
    description: 'Latencies of the last hour by method and route template, in milliseconds, within 1 %.',
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['count', 'p50', 'p95', 'p99', 'min', 'max'],
      properties: {
        count: { type: 'integer' },
        p50: { type: 'number' },
        p95: { type: 'number' },
        p99: { type: 'number' },
        min: { type: 'number' },
        max: { type: 'number' },
      },
    },
    example: {
      'POST /api/v1/users/register': {
        count: 15,
        p50: 145.2,
        p95: 187.5,
        p99: 195.8,
        min: 120.1,
        max: 198.3,
      },
    },
  })
  latencies!: MetricsReport['latencies'];
}

@ApiTags('Operation')
@Controller('api/v1/metrics')
export class MetricsController {
  constructor(@Inject(MetricsReporter) private readonly reporter: MetricsReporter | null) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Request counts, statuses and latencies over all processes',
    description: 'For people and small scripts. Prometheus scrapes `GET /metrics` of each process.',
    security: [],
  })
  @ApiResponse({ status: 200, type: Metrics, description: 'The metrics.' })
  @ApiProblems('NotFound')
  async getMetrics(): Promise<Metrics> {
    if (this.reporter === null) throw new NotFoundException();
    return await this.reporter.report();
  }
}
