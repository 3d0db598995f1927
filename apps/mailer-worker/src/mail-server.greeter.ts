import { Inject, Injectable } from '@nestjs/common';
import { MailServerLog, smtpAddresses, type SmtpAddress } from '@app/mail';
import { greetMailServer } from '@app/mail/smtp';
import { Environment, Logger, maskEmailsIn } from '@app/runtime';
import { RepeatedTask } from './repeated-task';

/** Interval at which each mail server is greeted, by all workers together, in seconds. */
const GREETING_SECONDS = 60;
/** Interval at which a worker asks whether it is its turn, in milliseconds. */
const TURN_MS = 5_000;

/**
 * Connects to the mail servers once a minute without logging in, so that the health check notices an outage before a
 * mail is owed. The worker does this, because the api may have no network access to a mail server.
 */
@Injectable()
export class MailServerGreeter extends RepeatedTask {
  constructor(
    @Inject(MailServerLog) private readonly log: MailServerLog,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) logger: Logger,
  ) {
    super('Greeting the mail servers', TURN_MS, logger);
  }

  /** Shutdown does not wait for a greeting in progress, which can take 40 s. */
  override onModuleDestroy(): Promise<void> {
    void super.onModuleDestroy();
    return Promise.resolve();
  }

  protected async run(): Promise<void> {
    for (const address of smtpAddresses(this.environment)) {
      if (!(await this.log.claimGreeting(address.name, GREETING_SECONDS))) continue;
      await this.log.recordGreeting(address.name, await this.greet(address));
    }
  }

  /** Resolves to the reason why the server did not greet, or to null. */
  private async greet(address: SmtpAddress): Promise<string | null> {
    try {
      await greetMailServer(address, this.environment.SMTP_TIMEOUT_SECONDS * 1_000);
      return null;
    } catch (error) {
      return maskEmailsIn((error as Error).message);
    }
  }
}
