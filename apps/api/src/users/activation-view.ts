import { Inject, Injectable } from '@nestjs/common';
import type { CurrentCode } from '@app/activation';
import { Environment } from '@app/runtime';
import type { Registered } from '@app/users';
import type { Activation } from './dto/users.dto';

/** What the response tells a pending account's owner about the code. */
@Injectable()
export class ActivationView {
  constructor(@Inject(Environment) private readonly environment: Environment) {}

  /** Repeats the first response even after the mail has been sent. */
  ofRegistration({ codeDigits, createdAt }: Registered): Activation {
    const { CONCEAL_REGISTERED_EMAILS: concealed, ACTIVATION_CODE_LENGTH: usual } = this.environment;
    return {
      code_state: 'owed',
      // Failed attempts make the codes of real registrations longer, not those of pretended ones. The difference would
      // reveal which is which.
      code_length: concealed ? usual : codeDigits,
      code_lifetime_seconds: this.environment.ACTIVATION_CODE_EXPIRY_SECONDS,
      code_expires_at: null,
      resend_allowed_at: createdAt.toISOString(),
      resends_left: this.environment.ACTIVATION_CODE_MAX_RESENDS,
    };
  }

  /** The state when the code was requested. */
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
