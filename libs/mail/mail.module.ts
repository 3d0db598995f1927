import { Module } from '@nestjs/common';
import { Environment } from '@app/runtime';
import { PostgresMailServerLog } from './adapters/postgres-mail-server-log';
import { ReaderLocale } from './domain/locale';
import { MailServerLog } from './domain/mail-server-log';
import { localesWith } from './templates/template-folder';

/** Everything about mails except sending them; MailServerLog → PostgreSQL. */
@Module({
  providers: [
    { provide: MailServerLog, useClass: PostgresMailServerLog },
    {
      provide: ReaderLocale,
      inject: [Environment],
      useFactory: ({ MAIL_TEMPLATES_DIR }: Environment) => new ReaderLocale(localesWith(MAIL_TEMPLATES_DIR)),
    },
  ],
  exports: [ReaderLocale, MailServerLog],
})
export class MailModule {}
