import { Controller, Get, Header, Inject, NotFoundException, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { PrometheusScrape } from './prometheus-scrape';

interface TypedResponse {
  setHeader(name: string, value: string): unknown;
}

/** The endpoint for Prometheus: this process's own metrics. */
@ApiExcludeController()
@Controller('metrics')
export class ScrapeController {
  constructor(@Inject(PrometheusScrape) private readonly scrape: PrometheusScrape | null) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async read(@Res({ passthrough: true }) response: TypedResponse): Promise<string> {
    if (this.scrape === null) throw new NotFoundException();
    response.setHeader('Content-Type', this.scrape.contentType);
    return await this.scrape.text();
  }
}
