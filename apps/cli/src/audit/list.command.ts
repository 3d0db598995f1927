import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { AUDITED_ACTIONS, OperatorTrail, type AuditedAction, type AuditEntry } from '@app/users';
import { moment, oneOf } from '../arguments';
import { ListCommand, type Column, type ListOptions } from '../list-command';

interface AuditListOptions extends ListOptions {
  readonly action?: AuditedAction;
  readonly since?: Date;
  readonly until?: Date;
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { heading: 'ENTRY', name: 'id', value: ({ id }) => id },
  { heading: 'AT (UTC)', name: 'at', value: ({ at }) => at.toISOString() },
  { heading: 'WHO', name: 'os_user', value: ({ osUser }) => osUser },
  { heading: 'HOST', name: 'host', value: ({ host }) => host },
  { heading: 'ACTION', name: 'action', value: ({ action }) => action },
  { heading: 'ACCOUNT', name: 'account_id', value: ({ accountId }) => accountId },
  { name: 'digest', value: ({ digest }) => digest },
  { heading: 'ACCOUNTS', name: 'accounts', value: ({ accounts }) => accounts },
  { heading: 'REASON', name: 'reason', value: ({ reason }) => reason },
];

@SubCommand({ name: 'list', description: 'list the changes made by operators, newest first' })
export class AuditListCommand extends ListCommand {
  protected readonly explanation = `
Each entry is written in the same transaction as its change, and entries cannot be changed or deleted. They
contain no addresses; "users find" shows the entries of one person.`;
  protected readonly examples = {
    'audit list': 'the 100 newest',
    'audit list --action users.erase --since 30d --all': 'the erasures of the last 30 days: by whom and why',
  };

  constructor(@Inject(OperatorTrail) private readonly trail: OperatorTrail) {
    super();
  }

  @Option({ flags: '--action <action>', description: `one of ${AUDITED_ACTIONS.join(', ')}` })
  parseAction(given: string): AuditedAction {
    return oneOf(given, AUDITED_ACTIONS);
  }

  @Option({ flags: '--since <moment>', description: 'start at this time: a day, a time, or an age (7d)' })
  parseSince(given: string): Date {
    return moment(given);
  }

  @Option({ flags: '--until <moment>', description: 'end before this time' })
  parseUntil(given: string): Date {
    return moment(given);
  }

  async run(_arguments: string[], options: AuditListOptions): Promise<void> {
    await this.printList(options, COLUMNS, (limit, after) => this.trail.audit(options, limit, after));
  }
}
