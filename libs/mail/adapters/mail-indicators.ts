import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { CachedIndicator, Environment } from '@app/runtime';
import { MailServerLog, type MailServerState } from '../domain/mail-server-log';

/** Whether a mail server took the last mails, as the workers saw it: asking never causes a log-in there. */
@Injectable()
export class SmtpIndicator extends CachedIndicator<'smtp'> {
  constructor(
    indicators: HealthIndicatorService,
    @Inject(MailServerLog) log: MailServerLog,
    @Inject(Environment) environment: Environment,
  ) {
    const servers = environment.SMTP_FALLBACK_URL === '' ? ['primary'] : ['primary', 'fallback'];
    let seen: readonly MailServerState[] = [];
    super(indicators, 'smtp', async () => {
      // What was seen last stays true of the mail server while the database is unavailable.
      seen = await log.read().catch(() => seen);
      const failing = seen.filter(
        ({ server, failingSince }) => servers.includes(server) && failingSince !== null,
      );
      if (failing.length === servers.length)
        throw new Error(failing[0]?.reason ?? 'no mail server takes mails');
    });
  }
}
