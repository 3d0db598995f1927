import { Controller, Get, Header, Inject, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { EventLog, toMessage } from '@app/events';
import { ApiProblems } from '../docs/api-problems';
import { currentRequest } from '../server/request-context';
import { EventArrivals } from './event-arrivals';
import { EventList, EventQuery } from './events.dto';
import { EventsTokenGuard } from './events-token.guard';

@ApiTags('Events')
@Controller('api/v1/events')
@UseGuards(EventsTokenGuard)
export class EventsController {
  constructor(
    @Inject(EventLog) private readonly log: EventLog,
    private readonly arrivals: EventArrivals,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiBearerAuth()
  @ApiOperation({
    summary: 'List account events in order, page by page',
    description:
      'Pass `next` of a response as `after` of the next request. Each event is delivered at least once.',
  })
  @ApiResponse({
    status: 200,
    type: EventList,
    description: 'Events; the list is empty if there are none yet.',
  })
  @ApiProblems('ValidationError', 'InvalidToken', 'NotFound', 'EventsForgotten')
  async listEvents(@Query() { after, limit, wait }: EventQuery): Promise<EventList> {
    const page = await this.arrivals.awaitArrival(
      () => this.log.page(after ?? null, limit),
      ({ events }) => events.length > 0,
      wait,
      currentRequest().gone,
    );
    return { events: page.events.map(toMessage), next: String(page.next), up_to_date: page.upToDate };
  }
}
