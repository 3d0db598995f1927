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
import { Environment, Logger, within } from '@app/runtime';

/** How often owed work is claimed without the doorbell, in milliseconds; recovery is promised within five seconds. */
const SWEEP_MS = 1_000;
/** Longest time to keep trying to write outcomes down, in milliseconds. */
const SETTLE_MS = 5_000;
/** While no mail leaves, one probes this often: recovery is promised within five seconds. */
const MAIL_BACK_OFF = { tolerated: 0, firstMs: 1_000, maxMs: 4_000 };

/** A receiver that fails is not asked by every event: after three failures in a row one probes, at first each second. */
const WEBHOOK_BACK_OFF = { tolerated: 2, firstMs: 1_000, maxMs: RECEIVER_WAIT_MAX_SECONDS * 1_000 };
/** Webhooks under way at the same time in this process. */
const WEBHOOK_CONCURRENCY = 20;
/** At the end, a receiver that does not answer is not waited for: its events are due again, with the same ids. */
const WEBHOOK_STOP_MS = 4_000;

/** Works off what is owed, for as long as this worker runs. */
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
    const options = { concurrency, sweepMs: SWEEP_MS, settleMs: SETTLE_MS };
    this.mails = new WorkLoop(sendOwedMail, this.mailBackOff, options, logger);
    const ofWebhooks = { ...options, concurrency: WEBHOOK_CONCURRENCY };
    this.webhooks =
      url === '' ? null : new WorkLoop(deliverEvents, new BackOff(WEBHOOK_BACK_OFF), ofWebhooks, logger);
    // Other workers have places, too.
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

  /** Whether the mail server takes none, so that all mails wait for it. */
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

  /** Events have become due. Returns without waiting. */
  wakeWebhooks(): void {
    this.webhooks?.wake();
  }

  /** Finishes what is under way before the mailer and the pools close. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.mails.stop(), this.stopWebhooks()]);
  }

  private async stopWebhooks(): Promise<void> {
    if (this.webhooks === null) return;
    const late = (): Error => new Error(`not done within ${WEBHOOK_STOP_MS} ms`);
    await within(this.webhooks.stop(), WEBHOOK_STOP_MS, late).catch(() =>
      // This worker will not be there to write down what came of them.
      this.deliverEvents.release([]).catch(() => {}),
    );
  }
}
