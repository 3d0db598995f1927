export type ActivationErrorCode =
  | 'activation.code_wrong'
  | 'activation.code_replaced'
  | 'activation.code_dead'
  | 'activation.already_activated'
  | 'activation.codes_used_up'
  | 'activation.too_early'
  | 'activation.registration_gone';

export interface ActivationErrorDetails {
  /** Attempts left for the code; 0 if it is dead. */
  readonly attemptsLeft?: number;
  /** Earliest time at which a new code can be requested. */
  readonly resendAllowedAt?: Date;
  /** Seconds until another request makes sense. */
  readonly retryAfterSeconds?: number;
}

export class ActivationError extends Error {
  constructor(
    readonly code: ActivationErrorCode,
    readonly details: ActivationErrorDetails = {},
  ) {
    super(code);
    this.name = 'ActivationError';
  }
}
