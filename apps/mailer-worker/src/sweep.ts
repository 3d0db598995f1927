import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SendOwedMail, type AttemptedMail, type ClaimedMail } from '@app/activation';
import {
  DeliverEvents,
  RECEIVER_WAIT_MAX_SECONDS,
  type AttemptedEvent,
  type ClaimedEvent,
} from '@app/events';
import { Instruments } from '@app/metrics';
import { BackOff, Doorbell, WorkLoop } from '@app/owed-work';
import { Environment, Logger, Unavailable, within } from '@app/runtime';

/**
 * Interval at which owed work is claimed without the doorbell, in milliseconds; recovery within five seconds is
 * promised.
 */
const SWEEP_MS = 1_000;
/**
 * Maximum time to keep trying to store outcomes at shutdown, or if the database refuses them, in milliseconds. If it is
 * frozen, the rest of the shutdown takes five of the ten seconds that are left for closing.
 */
const SETTLE_MS = 3_000;
/** While no mail can be sent, one mail probes the server at this interval: recovery within five seconds is promised. */
const MAIL_BACK_OFF = { tolerated: 0, waitMs: { first: 1_000, longest: 4_000 } };

/** After three failures in a row, only one event at a time probes the receiver, at first every second. */
const WEBHOOK_BACK_OFF = {
  tolerated: 2,
  waitMs: { first: 1_000, longest: RECEIVER_WAIT_MAX_SECONDS * 1_000 },
};
/** Maximum number of webhooks in flight in this process. */
const WEBHOOK_CONCURRENCY = 20;
/** Shutdown does not wait for a receiver that does not answer: its events become due again, with the same ids. */
const WEBHOOK_STOP_MS = 4_000;

/** Sends owed mails and webhooks while this worker runs. */
@Injectable()
export class Sweep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly mailBackOff = new BackOff(MAIL_BACK_OFF);
  private readonly mails: WorkLoop<ClaimedMail, AttemptedMail>;
  private readonly webhooks: WorkLoop<ClaimedEvent, AttemptedEvent> | null;

  constructor(
    sendOwedMail: SendOwedMail,
    private readonly deliverEvents: DeliverEvents,
    @Inject(Doorbell) doorbell: Doorbell,
    @Inject(Environment) { MAIL_CONCURRENCY: concurrency, WEBHOOK_URL: url }: Environment,
    @Inject(Logger) logger: Logger,
    @Inject(Instruments) instruments: Instruments,
  ) {
    const isOutage = (error: unknown): boolean => error instanceof Unavailable;
    const options = { concurrency, sweepMs: SWEEP_MS, settleMs: SETTLE_MS, isOutage };
    this.mails = new WorkLoop(sendOwedMail, this.mailBackOff, options, logger);
    const ofWebhooks = { ...options, concurrency: WEBHOOK_CONCURRENCY };
    this.webhooks =
      url === '' ? null : new WorkLoop(deliverEvents, new BackOff(WEBHOOK_BACK_OFF), ofWebhooks, logger);
    // Other workers have free capacity, too.
    this.mails.onPlenty = () => doorbell.ring();
    this.mails.onAttempted = ({ mail, outcome }, seconds) => {
      instruments.mailHandled(sendOwedMail.metricOf(mail, outcome), seconds);
      if (outcome.kind === 'sent') instruments.codeChanged('sent');
    };
    if (this.webhooks !== null) {
      this.webhooks.onAttempted = (attempted, seconds) =>
        instruments.webhookAttempted(deliverEvents.metricOf(attempted), seconds);
    }
  }

  /** Whether the mail server accepts no mail, so that all mails wait. */
  get holdsMails(): boolean {
    return this.mailBackOff.probing;
  }

  onApplicationBootstrap(): void {
    this.wake();
  }

  /** Returns without waiting. */
  wake(): void {
    this.mails.wake();
    this.webhooks?.wake();
  }

  /** Called when events have become due. Returns without waiting. */
  wakeWebhooks(): void {
    this.webhooks?.wake();
  }

  /** Finishes the work in flight before the mailer and the pools close. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.mails.stop(), this.stopWebhooks()]);
  }

  private async stopWebhooks(): Promise<void> {
    if (this.webhooks === null) return;
    const late = (): Error => new Error(`not finished within ${WEBHOOK_STOP_MS} ms`);
    await within(this.webhooks.stop(), WEBHOOK_STOP_MS, late).catch(() =>
      // This worker will have ended by then and cannot store their outcomes.
      this.deliverEvents.release([]).catch(() => {}),
    );
  }
}
