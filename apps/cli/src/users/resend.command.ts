import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { CodeDeriver } from '@app/activation';
import { Environment } from '@app/runtime';
import { AccountAdministration, FindAccount } from '@app/users';
import { AuditedCommand, type AuditedOptions } from '../audited-command';

interface ResendOptions extends AuditedOptions {
  readonly force?: boolean;
}

@SubCommand({
  name: 'resend',
  arguments: '<account>',
  description: 'send a new code to an account that is not activated yet',
  argsDescription: { account: 'address, account id, mail id or request id' },
})
export class UsersResendCommand extends AuditedCommand {
  protected readonly explanation = `
The old code becomes invalid, and the mailer-worker sends the new one within seconds. The limits for people (one
code per minute, ten per registration) do not apply here. The daily limit of mails per mailbox does, unless
you add --force.`;
  protected readonly examples = {
    'users resend kevin@example.com --reason "called, spam filter fixed"': 'a new code',
  };

  constructor(
    private readonly accounts: FindAccount,
    @Inject(AccountAdministration) private readonly administration: AccountAdministration,
    private readonly codes: CodeDeriver,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    super();
  }

  @Option({ flags: '--force', description: 'send it even if the mailbox has reached its daily limit' })
  parseForce(): boolean {
    return true;
  }

  async run([reference = '']: string[], options: ResendOptions): Promise<void> {
    const operator = this.operator(options);
    const account = await this.account(this.accounts, reference);
    const code = this.codes.issue(this.environment.ACTIVATION_CODE_LENGTH);
    const outcome = await this.administration.resend(account, code, operator, options.force ?? false);
    if (outcome === 'replaced') {
      this.report(options, { id: account.id, resent: true }, `A new code will be sent to ${account.email}.`);
      return;
    }
    throw new Error(
      {
        already_activated: `${account.email} is already activated and needs no code.`,
        mailbox_limit: `${account.email} has reached its daily limit of mails. Add --force to send another one.`,
        gone: `${account.email} has just been deleted.`,
      }[outcome],
    );
  }
}
