import { Inject, Injectable } from '@nestjs/common';
import { doublingDelay, WORKER_ID, type OwedWork, type Setback } from '@app/owed-work';
import { Logger } from '@app/runtime';
import { Deliveries, type ClaimedEvent } from '../domain/deliveries';
import { toMessage, WebhookSender, type WebhookOutcome } from '../domain/webhook';

const RETRY_SECONDS = { first: 5, longest: 600 };
/** An event is given up after this time: three days. */
const RETRY_FOR_SECONDS = 3 * 86_400;
/** Maximum time for which all events wait for the receiver: `events retry` works as soon as it is over. */
export const RECEIVER_WAIT_MAX_SECONDS = 60;

export interface AttemptedEvent {
  readonly event: ClaimedEvent;
  readonly outcome: WebhookOutcome;
}

/** Sends owed events to the webhook's receiver: at least once, in order for an account, the same id every time. */
@Injectable()
export class DeliverEvents implements OwedWork<ClaimedEvent, AttemptedEvent> {
  readonly name = 'webhook';
  /** A little longer than the longest attempt. */
  readonly leaseSeconds = 12;

  constructor(
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(WebhookSender) private readonly sender: WebhookSender,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  claim(limit: number): Promise<readonly ClaimedEvent[]> {
    return this.deliveries.claimDue(limit, WORKER_ID, this.leaseSeconds);
  }

  release(except: readonly string[]): Promise<void> {
    return this.deliveries.release(WORKER_ID, except);
  }

  async attempt(event: ClaimedEvent): Promise<AttemptedEvent> {
    const outcome = await this.sender.send(event.id, JSON.stringify(toMessage(event)));
    if (outcome.kind !== 'delivered') {
      const details = { event_id: event.id, attempt: event.attempt, reason: outcome.reason };
      if (outcome.kind === 'gone') this.logger.error(details, 'Paused the webhook; see `events retry`');
      else this.logger.warn(details, 'Webhook not accepted; retrying later');
    }
    return { event, outcome };
  }

  async settle(attempted: readonly AttemptedEvent[]): Promise<void> {
    const delivered = attempted
      .filter(({ outcome }) => outcome.kind === 'delivered')
      .map(({ event }) => event.id);
    await Promise.all([
      delivered.length > 0 ? this.deliveries.markDelivered(delivered) : undefined,
      ...attempted.map((each) => this.settleFailure(each)),
    ]);
    if (attempted.some(({ outcome }) => outcome.kind === 'failed')) await this.giveUpUnaccepted();
  }

  setbackOf({ event, outcome }: AttemptedEvent): Setback | null {
    if (outcome.kind !== 'failed') return null;
    // The event itself waits as long as the receiver asked for.
    const retryAfterSeconds = Math.min(outcome.retryAfterSeconds, RECEIVER_WAIT_MAX_SECONDS);
    return { retryAfterSeconds, repeated: event.attempt > 1 };
  }

  /** Outcome of the attempt, for the metrics. */
  metricOf({ event, outcome }: AttemptedEvent): 'delivered' | 'postponed' | 'given_up' | 'paused' {
    if (outcome.kind === 'delivered') return 'delivered';
    if (outcome.kind === 'gone') return 'paused';
    return isTriedOut(event) ? 'given_up' : 'postponed';
  }

  private async settleFailure({ event, outcome }: AttemptedEvent): Promise<void> {
    if (outcome.kind === 'delivered') return;
    if (outcome.kind === 'gone') {
      await this.deliveries.pause(event.id, outcome.reason);
      return;
    }
    if (isTriedOut(event)) {
      await this.deliveries.giveUp(event.id, outcome.reason);
      this.logger.error({ event_id: event.id }, 'Gave up an event; see `events list` and `events retry`');
    } else {
      const retrySeconds = doublingDelay(event.attempt, RETRY_SECONDS);
      const delaySeconds = Math.max(retrySeconds, outcome.retryAfterSeconds);
      await this.deliveries.postpone(event.id, delaySeconds, outcome.reason);
    }
  }

  private async giveUpUnaccepted(): Promise<void> {
    const events = await this.deliveries.giveUpUnaccepted(RETRY_FOR_SECONDS);
    if (events === 0) return;
    this.logger.error({ events }, 'Gave up events; see `events list` and `events retry`');
  }
}

const isTriedOut = ({ triedForSeconds }: ClaimedEvent): boolean => triedForSeconds >= RETRY_FOR_SECONDS;
