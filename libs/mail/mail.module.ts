import { Module } from '@nestjs/common';
import { PostgresMailServerLog } from './adapters/postgres-mail-server-log';
import { MailServerLog } from './domain/mail-server-log';
import { ReaderLocale } from './templates/reader-locale';

/** What is known of mails without sending any; MailServerLog → PostgreSQL. */
@Module({
  providers: [ReaderLocale, { provide: MailServerLog, useClass: PostgresMailServerLog }],
  exports: [ReaderLocale, MailServerLog],
})
export class MailModule {}
