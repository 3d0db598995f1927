import { Inject, Injectable } from '@nestjs/common';
import type { CurrentCode } from '@app/activation';
import { Environment } from '@app/runtime';
import type { Registered } from '@app/users';
import type { Activation } from './dto/users.dto';

/** What a pending account's owner is told of its code. */
@Injectable()
export class ActivationView {
  constructor(@Inject(Environment) private readonly environment: Environment) {}

  /** The first answer's, also when it is repeated after the mail has gone out. */
  ofRegistration({ codeDigits, createdAt }: Registered): Activation {
    const { CONCEAL_REGISTERED_EMAILS: concealed, ACTIVATION_CODE_LENGTH: usual } = this.environment;
    return {
      code_state: 'owed',
      // Wrong tries make the codes of free addresses longer, not those of pretended registrations: that would tell.
      code_length: concealed ? usual : codeDigits,
      code_lifetime_seconds: this.environment.ACTIVATION_CODE_EXPIRY_SECONDS,
      code_expires_at: null,
      resend_allowed_at: createdAt.toISOString(),
      resends_left: this.environment.ACTIVATION_CODE_MAX_RESENDS,
    };
  }

  /** As it was when it was asked for. */
  ofNewCode(code: CurrentCode): Activation {
    return this.of({ ...code, state: 'owed', expiresAt: null });
  }

  of({ state, digits, expiresAt, resendAllowedAt, resends }: CurrentCode): Activation {
    return {
      code_state: state,
      code_length: digits,
      code_lifetime_seconds: this.environment.ACTIVATION_CODE_EXPIRY_SECONDS,
      code_expires_at: expiresAt?.toISOString() ?? null,
      resend_allowed_at: resendAllowedAt.toISOString(),
      resends_left: Math.max(0, this.environment.ACTIVATION_CODE_MAX_RESENDS - resends),
    };
  }
}
