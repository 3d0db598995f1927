export type ActivationErrorCode =
  'activation.code_wrong' | 'activation.code_dead' | 'activation.already_activated';

export class ActivationError extends Error {
  constructor(readonly code: ActivationErrorCode) {
    super(code);
    this.name = 'ActivationError';
  }
}
