import { Module, type DynamicModule } from '@nestjs/common';
import { MailerModule, MailerService, type MailerOptions } from '@nestjs-modules/mailer';
import { createTransport } from 'nodemailer';
import { Environment, Logger } from '@app/runtime';
import { SmtpMailer } from './adapters/smtp-mailer';
import { SmtpServers } from './adapters/smtp/smtp-servers';
import { type MailOutcome, Mailer, type Mail } from './domain/mailer';
import { MailServerLog } from './domain/mail-server-log';
import { MailModule } from './mail.module';
import { MailTemplates } from './templates/mail-templates';

/** The mailer module renders our templates and sends through our mail servers; both are checked when it is built. */
export function mailerOptions(servers: SmtpServers, templates: MailTemplates): MailerOptions {
  templates.check();
  const compile = templates.compile.bind(templates);
  return { transport: servers, plugins: [{ step: 'compile', plugin: compile }] };
}

/** Sends one mail without a worker, for a person who tests it. */
export async function sendOnce(environment: Environment, mail: Mail): Promise<MailOutcome> {
  const servers = new SmtpServers(environment);
  const options = mailerOptions(servers, new MailTemplates(environment));
  const mailer = new MailerService(options, { createTransport: () => createTransport(servers) });
  try {
    return await new SmtpMailer(mailer, servers, environment).send(mail);
  } finally {
    servers.close();
  }
}

/** Mailer → SMTP through @nestjs-modules/mailer. */
@Module({})
export class SmtpModule {
  static forRoot(environment: Environment): DynamicModule {
    const servers = new SmtpServers(environment);
    const templates = new MailTemplates(environment);
    return {
      module: SmtpModule,
      imports: [MailModule, MailerModule.forRoot(mailerOptions(servers, templates))],
      providers: [
        { provide: MailTemplates, useValue: templates },
        {
          provide: Mailer,
          inject: [MailerService, MailServerLog, Logger],
          useFactory: (mailer: MailerService, log: MailServerLog, logger: Logger) => {
            const failing = new Set<string>();
            servers.onChange = ({ server, reason }) => {
              if (reason !== null) {
                failing.add(server);
                const held = 'The mail server does not accept mails; holding all of them';
                logger.error({ server, reason }, held);
              } else if (failing.delete(server)) {
                logger.info({ server }, 'The mail server accepts mails again');
              }
              log.record(server, reason).catch((error: unknown) => {
                logger.warn({ error }, 'Storing the state of the mail server failed');
              });
            };
            return new SmtpMailer(mailer, servers, environment);
          },
        },
      ],
      exports: [Mailer, MailTemplates],
    };
  }
}
