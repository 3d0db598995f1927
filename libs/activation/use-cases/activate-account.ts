import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '@app/runtime';
import { CodeDeriver } from '../domain/activation-code';
import { ActivationRepository, type PendingAccount } from '../domain/activation-repository';
import { ActivationError } from '../domain/errors';
import { isSameRequest } from '../domain/request-digest';

export interface ActivationAttempt {
  /** An account whose password was right. */
  readonly account: PendingAccount & { readonly requestDigest?: Buffer | null };
  readonly code: string;
  readonly requestId?: string | null;
  /** Identifies a repeatable request. */
  readonly requestDigest?: Buffer | null;
}

export interface Activated {
  readonly activatedAt: Date;
  /** The same request has already activated the account; nothing was changed now. */
  readonly replayed: boolean;
}

/** Redeems the code of an account whose password was right. */
@Injectable()
export class ActivateAccount {
  constructor(
    @Inject(ActivationRepository) private readonly activations: ActivationRepository,
    @Inject(Environment) private readonly environment: Environment,
    private readonly codes: CodeDeriver,
  ) {}

  /** Whether the attempt can succeed according to the account; false is certain and costs no query. */
  canSucceed({ account, code }: Pick<ActivationAttempt, 'account' | 'code'>): boolean {
    return account.code === null || this.codes.matches(account.code, code);
  }

  /** @throws {ActivationError} @throws {Unavailable} */
  async activateAccount(attempt: ActivationAttempt): Promise<Activated> {
    const { account, code, requestId = null, requestDigest = null } = attempt;
    if (account.code === null) return this.alreadyActivated(attempt);
    const right = this.codes.matches(account.code, code);
    if (!right && account.code.replaced !== null && this.codes.matches(account.code.replaced, code)) {
      const { resendAllowedAt, wrongTries } = account.code;
      const attemptsLeft = Math.max(0, this.environment.ACTIVATION_CODE_MAX_ATTEMPTS - wrongTries);
      throw new ActivationError('activation.code_replaced', { attemptsLeft, resendAllowedAt });
    }
    const redemption = await this.activations.redeem({
      accountId: account.id,
      mailId: account.code.mailId,
      right,
      maxWrongTries: this.environment.ACTIVATION_CODE_MAX_ATTEMPTS,
      requestId,
      requestDigest,
    });
    switch (redemption.outcome) {
      case 'activated':
      case 'replayed':
        return { activatedAt: redemption.activatedAt, replayed: redemption.outcome === 'replayed' };
      case 'wrong':
        throw new ActivationError('activation.code_wrong', {
          attemptsLeft: redemption.attemptsLeft,
          resendAllowedAt: redemption.code.resendAllowedAt,
        });
      case 'dead':
        throw new ActivationError('activation.code_dead', {
          attemptsLeft: 0,
          resendAllowedAt: redemption.code.resendAllowedAt,
        });
      case 'gone':
        throw new ActivationError('activation.code_dead', { attemptsLeft: 0 });
      case 'already_activated':
        throw new ActivationError('activation.already_activated');
    }
  }

  private alreadyActivated({ account, requestDigest = null }: ActivationAttempt): Activated {
    const replayed = isSameRequest(account.requestDigest ?? null, requestDigest);
    if (!replayed || account.activatedAt === null) throw new ActivationError('activation.already_activated');
    return { activatedAt: account.activatedAt, replayed };
  }
}
