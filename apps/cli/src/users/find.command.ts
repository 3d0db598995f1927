import { Inject } from '@nestjs/common';
import { SubCommand } from 'nest-commander';
import { Environment } from '@app/runtime';
import { FindAccount, REQUESTS_SEARCHED, type FoundAccount } from '@app/users';
import { BaseCommand, type ReportOptions } from '../base-command';
import { numbers, plainText } from '../terminal/format';
import { describeAccount, describeTraces } from './account-words';
import { foundToJson } from './account-json';

@SubCommand({
  name: 'find',
  arguments: '<account>',
  description: 'show everything about one account, and why its mail has not arrived',
  argsDescription: { account: 'email address, account id, mail id or request id' },
})
export class UsersFindCommand extends BaseCommand {
  protected readonly explanation = `
Explains the state of the registration, its mail and its code, and shows the ids to search for in the logs.
Read-only. The exit status is 1 if there is no such account. A request is searched in the newest ${numbers(REQUESTS_SEARCHED)}
accounts and as many events; an address, an account id and a mail id have indexes.`;
  protected readonly examples = {
    'users find Kevin@Example.com': 'by address, in any spelling',
    'users find 5e0f0a4e-7c1c-4d8e-9a37-6f3b1d3f8b11':
      'by the X-Request-Id of a response, or the id of a mail',
    'users find kevin@example.com --json': 'the same as JSON',
  };

  constructor(
    private readonly accounts: FindAccount,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    super();
  }

  async run([reference = '']: string[], options: ReportOptions): Promise<void> {
    const found = await this.accounts.findAccount(reference);
    if (found === null) throw new Error(`No account, mail or request found for ${plainText(reference)}.`);
    this.report(options, foundToJson(found, this.environment), this.inWords(found));
    if (found.account === null) process.exitCode = 1;
  }

  private inWords({ account, accountId, email, traces }: FoundAccount): string {
    const absent =
      email === null ? `Account ${accountId} no longer exists.` : `No account has the address ${email}.`;
    const lines = account === null ? [absent] : describeAccount(account, this.environment);
    return [...lines, ...describeTraces(traces, email !== null)].join('\n');
  }
}
