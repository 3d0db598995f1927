import type { MailerOptions } from '@nestjs-modules/mailer';
import type { Environment } from '@app/runtime';
import { SMTP_TIMEOUT_MS } from './smtp-mailer';

/** Settings of the nodemailer pool. nodemailer's own time-outs are minutes, and it retires a connection after 100 mails. */
export function smtpTransport(environment: Environment): MailerOptions {
  return {
    transport: {
      pool: true,
      maxConnections: environment.MAIL_CONCURRENCY,
      maxMessages: Infinity,
      host: environment.SMTP_HOST,
      port: environment.SMTP_PORT,
      secure: environment.SMTP_USE_TLS && environment.SMTP_PORT === 465,
      requireTLS: environment.SMTP_USE_TLS,
      ignoreTLS: !environment.SMTP_USE_TLS,
      connectionTimeout: SMTP_TIMEOUT_MS / 2,
      greetingTimeout: SMTP_TIMEOUT_MS / 2,
      socketTimeout: SMTP_TIMEOUT_MS,
      dnsTimeout: SMTP_TIMEOUT_MS / 2,
      ...(environment.SMTP_USERNAME
        ? { auth: { user: environment.SMTP_USERNAME, pass: environment.SMTP_PASSWORD } }
        : {}),
    },
  };
}
