import { Help, Option, SubCommand } from 'nest-commander';
import { ChangeAccount, FindAccount } from '@app/users';
import { AuditedCommand, type AuditedOptions } from '../audited-command';
import { helpText } from '../root-command';

interface ResendOptions extends AuditedOptions {
  readonly force?: boolean;
}

@SubCommand({
  name: 'resend',
  arguments: '<account>',
  description: 'send a new code to an account that waits for one',
  argsDescription: { account: 'address, account id, mail id or request id' },
})
export class UsersResendCommand extends AuditedCommand {
  constructor(
    private readonly accounts: FindAccount,
    private readonly change: ChangeAccount,
  ) {
    super();
  }

  @Option({ flags: '--force', description: 'even if the mailbox has had its mails of the day' })
  parseForce(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return helpText(
      `The old code is dead, and the mailer-worker sends the new one within seconds. The person's own limits (one a
minute, ten for a registration) do not count here; the mails that a mailbox may get in a day do, unless
you say --force.`,
      { 'users resend kevin@example.com --reason "called, spam filter fixed"': 'a new code' },
    );
  }

  async run([reference = '']: string[], options: ResendOptions): Promise<void> {
    const operator = this.operator(options);
    const account = await this.account(this.accounts, reference);
    const outcome = await this.change.resendCode(account, operator, options.force ?? false);
    if (outcome === 'replaced') {
      this.report(options, { id: account.id, resent: true }, `A new code is owed to ${account.email}.`);
      return;
    }
    throw new Error(
      {
        already_activated: `${account.email} is activated already: it needs no code.`,
        mailbox_limit: `${account.email} has had its mails of the day. Add --force to send one more.`,
        gone: `${account.email} has just been deleted.`,
      }[outcome],
    );
  }
}
