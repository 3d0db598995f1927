import { Option } from 'nest-commander';
import { ACCOUNT_STATES, type AccountFilter, type AccountState } from '@app/users';
import { moment, oneOf } from '../arguments';
import { ListCommand, type ListOptions } from '../list-command';

export interface FilterOptions extends ListOptions {
  readonly state?: AccountState;
  readonly since?: Date;
  readonly until?: Date;
}

/** A list of accounts, narrowed by state and time of registration. */
export abstract class AccountListCommand extends ListCommand {
  @Option({ flags: '--state <state>', description: `one of ${ACCOUNT_STATES.join(', ')}` })
  parseState(given: string): AccountState {
    return oneOf(given, ACCOUNT_STATES);
  }

  @Option({
    flags: '--since <moment>',
    description: 'registered at or after this time: a day, a time, or an age (7d)',
  })
  parseSince(given: string): Date {
    return moment(given);
  }

  @Option({ flags: '--until <moment>', description: 'registered before this time' })
  parseUntil(given: string): Date {
    return moment(given);
  }

  protected filter({ state, since, until }: FilterOptions): AccountFilter {
    return {
      ...(state === undefined ? {} : { state }),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    };
  }
}
