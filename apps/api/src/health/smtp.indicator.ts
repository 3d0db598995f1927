import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { MailServerLog, type MailServerState } from '@app/mail';
import { Environment } from '@app/runtime';
import { CachedIndicator } from '@app/runtime/server';

/**
 * Whether a mail server accepted the last mail and answered the last greeting, as the workers observed it: a health
 * check causes neither a connection nor a log-in there.
 */
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
      // The last observation remains valid while the database is unavailable.
      seen = await log.read().catch(() => seen);
      const failing = seen.filter(
        ({ server, failingSince, greetingFailure }) =>
          servers.includes(server) && (failingSince !== null || greetingFailure !== null),
      );
      if (failing.length === servers.length)
        throw new Error(failing[0]?.reason ?? failing[0]?.greetingFailure ?? 'no mail server accepts mails');
    });
  }
}
