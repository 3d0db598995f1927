import { Command } from 'nest-commander';
import { AuditListCommand } from './audit/list.command';
import { CommandGroup } from './base-command';
import { CodesPurgeCommand } from './codes/purge.command';
import { DbMigrateCommand } from './db/migrate.command';
import { DbRollbackCommand } from './db/rollback.command';
import { DbStatusCommand } from './db/status.command';
import { EventsListCommand } from './events/list.command';
import { EventsReplayCommand } from './events/replay.command';
import { EventsRetryCommand } from './events/retry.command';
import { EventsTestCommand } from './events/test.command';
import { MailBounceCommand } from './mail/bounce.command';
import { MailOwedCommand } from './mail/owed.command';
import { MailPreviewCommand } from './mail/preview.command';
import { MailRetryCommand } from './mail/retry.command';
import { UsersActivateCommand } from './users/activate.command';
import { UsersEraseCommand } from './users/erase.command';
import { UsersErasuresCommand } from './users/erasures.command';
import { UsersExportCommand } from './users/export.command';
import { UsersFindCommand } from './users/find.command';
import { UsersImportCommand } from './users/import.command';
import { UsersListCommand } from './users/list.command';
import { UsersResendCommand } from './users/resend.command';

@Command({
  name: 'codes',
  description: 'activation codes: purge expired ones with their registrations',
  subCommands: [CodesPurgeCommand],
})
class CodesCommand extends CommandGroup {
  protected readonly explanation = 'The mailer-worker also purges every PURGE_INTERVAL_SECONDS.';
  protected readonly examples = { 'codes purge --dry-run': 'count what would be deleted' };
}

@Command({
  name: 'db',
  description: 'database schema: migrate it, show its status, roll it back',
  subCommands: [DbMigrateCommand, DbStatusCommand, DbRollbackCommand],
})
class DbCommand extends CommandGroup {
  protected readonly explanation =
    'Can be run several times concurrently. All pending migrations are one transaction.';
  protected readonly examples = {
    'db status': 'show applied and pending migrations',
    'db migrate': 'apply the pending migrations',
  };
}

@Command({
  name: 'mail',
  description: 'mails: list, retry and preview them, and process bounces',
  subCommands: [MailOwedCommand, MailRetryCommand, MailPreviewCommand, MailBounceCommand],
})
class MailCommand extends CommandGroup {
  protected readonly explanation =
    'The mailer-worker sends owed mails. These commands show them and retry failed ones.';
  protected readonly examples = {
    'mail owed': 'list owed mails and why they wait',
    'mail retry --now': 'retry all of them now',
  };
}

@Command({
  name: 'users',
  description: 'accounts: find, list, export, import, activate and erase them',
  subCommands: [
    UsersFindCommand,
    UsersListCommand,
    UsersExportCommand,
    UsersImportCommand,
    UsersResendCommand,
    UsersActivateCommand,
    UsersEraseCommand,
    UsersErasuresCommand,
  ],
})
class UsersCommand extends CommandGroup {
  protected readonly explanation = `
Commands that change an account require --reason, which is kept in the audit trail. Refer to an account by its
email address, its id, the id of a mail or the id of a request.`;
  protected readonly examples = {
    'users find kevin@example.com': 'show the state of the registration and its mail',
    'users list --state undeliverable --since 1d': 'whose mail could not be delivered since yesterday',
  };
}

@Command({
  name: 'events',
  description: 'events: list them, and send them to the webhook again',
  subCommands: [EventsListCommand, EventsRetryCommand, EventsReplayCommand, EventsTestCommand],
})
class EventsCommand extends CommandGroup {
  protected readonly explanation = `
The mailer-worker puts events in order and sends them to WEBHOOK_URL. Other services can also read them from the api.`;
  protected readonly examples = {
    'events list --since 2h': 'list recent events and their delivery',
    'events test': 'send a signed ping to the receiver',
  };
}

@Command({
  name: 'audit',
  description: 'audit trail: who changed what, and why',
  subCommands: [AuditListCommand],
})
class AuditCommand extends CommandGroup {
  protected readonly explanation = `
Lists every change made by an operator: who made it, on which host, what changed, for which account and why.`;
  protected readonly examples = { 'audit list --since 7d': 'the changes of the last seven days' };
}

/** Every group of commands, in the order of the help. */
export const COMMAND_GROUPS = [
  CodesCommand,
  DbCommand,
  MailCommand,
  UsersCommand,
  EventsCommand,
  AuditCommand,
];
