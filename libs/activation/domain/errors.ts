export type ActivationErrorCode =
  | 'activation.code_wrong'
  | 'activation.code_dead'
  | 'activation.already_activated'
  | 'activation.codes_used_up';

export class ActivationError extends Error {
  constructor(
    readonly code: ActivationErrorCode,
    /** Seconds after which there is something to be done about it. */
    readonly retryAfterSeconds?: number,
  ) {
    super(code);
    this.name = 'ActivationError';
  }
}
