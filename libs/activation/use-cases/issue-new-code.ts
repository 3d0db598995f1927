import { Inject, Injectable } from '@nestjs/common';
import type { Locale } from '@app/mail';
import { Doorbell } from '@app/owed-work';
import { Environment } from '@app/runtime';
import { CodeDeriver, type CurrentCode } from '../domain/activation-code';
import { ActivationRepository, type PendingAccount } from '../domain/activation-repository';
import { ActivationError } from '../domain/errors';

export interface NewCodeRequest {
  /** An account whose password was right. */
  readonly account: PendingAccount;
  readonly locale: Locale;
  readonly requestId: string | null;
  /** Skips the wait between codes, which is allowed once after too many failed attempts. */
  readonly early?: boolean;
  /** Identifies a repeatable request. */
  readonly requestDigest?: Buffer | null;
}

export interface NewCode {
  readonly code: CurrentCode;
  /** The same request has already caused this code; nothing was changed now. */
  readonly replayed: boolean;
}

/** Sends a new code to someone whose password was right; the old one is no longer valid. */
@Injectable()
export class IssueNewCode {
  constructor(
    @Inject(ActivationRepository) private readonly activations: ActivationRepository,
    @Inject(Environment) private readonly environment: Environment,
    private readonly codes: CodeDeriver,
    @Inject(Doorbell) private readonly doorbell: Doorbell,
  ) {}

  /**
   * The number of codes per registration is limited: every code blocks the address for its lifetime, and a stranger
   * must not block it forever. @throws {ActivationError} @throws {Unavailable}
   */
  async issueNewCode(request: NewCodeRequest): Promise<NewCode> {
    const { account, locale, requestId, early = false, requestDigest = null } = request;
    const replacement = await this.activations.replaceCode({
      accountId: account.id,
      code: this.codes.issue(this.environment.ACTIVATION_CODE_LENGTH),
      locale,
      requestId,
      maxResends: this.environment.ACTIVATION_CODE_MAX_RESENDS,
      early,
      requestDigest,
    });
    switch (replacement.outcome) {
      case 'replaced':
        this.doorbell.ring();
        return { code: replacement.code, replayed: false };
      case 'replayed':
        return { code: replacement.code, replayed: true };
      case 'already_activated':
        throw new ActivationError('activation.already_activated');
      case 'too_early':
        throw new ActivationError('activation.too_early');
      case 'gone':
        throw new ActivationError('activation.registration_gone');
      case 'used_up':
        // By then the last code has expired, and the address can be registered again.
        throw new ActivationError('activation.codes_used_up', {
          retryAfterSeconds: this.environment.ACTIVATION_CODE_EXPIRY_SECONDS,
        });
    }
  }
}
