import { Controller, Get, Header, Inject, NotFoundException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { PrometheusScrape } from './prometheus-scrape';

/** The endpoint for Prometheus: this process's own metrics. */
@ApiExcludeController()
@Controller('metrics')
export class ScrapeController {
  constructor(@Inject(PrometheusScrape) private readonly scrape: PrometheusScrape | null) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  async read(): Promise<string> {
    if (this.scrape === null) throw new NotFoundException();
    return await this.scrape.text();
  }
}
