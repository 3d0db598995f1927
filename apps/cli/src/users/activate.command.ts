import { Inject } from '@nestjs/common';
import { SubCommand } from 'nest-commander';
import { AccountAdministration, FindAccount } from '@app/users';
import { AuditedCommand, type AuditedOptions } from '../audited-command';

@SubCommand({
  name: 'activate',
  arguments: '<account>',
  description: 'activate an account without its code',
  argsDescription: { account: 'address, account id, mail id or request id' },
})
export class UsersActivateCommand extends AuditedCommand {
  protected readonly explanation = `
First make sure that the person owns the mailbox, which the code would have proved. The event user.activated is
written as usual.`;
  protected readonly examples = {
    'users activate kevin@example.com --reason "wrote to us from that address"': 'activate the account',
  };

  constructor(
    private readonly accounts: FindAccount,
    @Inject(AccountAdministration) private readonly administration: AccountAdministration,
  ) {
    super();
  }

  async run([reference = '']: string[], options: AuditedOptions): Promise<void> {
    const operator = this.operator(options);
    const account = await this.account(this.accounts, reference);
    const outcome = await this.administration.activate(account, operator);
    if (outcome === 'activated') {
      this.report(options, { id: account.id, activated: true }, `${account.email} is activated.`);
      return;
    }
    throw new Error(
      {
        already_activated: `${account.email} is already activated.`,
        gone: `${account.email} has just been deleted.`,
      }[outcome],
    );
  }
}
