import { ERRORS, type ErrorName } from './errors';
import type { FieldFault } from './problem';

/** Maximum number of faults in one response, so that a response is not much larger than its request. */
const FAULTS_MAX = 10;

/** What a response says beyond the name of its error. */
export interface ErrorDetails {
  /** More precise than the usual message. */
  readonly detail?: string;
  readonly errors?: FieldFault[];
  readonly hint?: string;
  /** Name of the exceeded limit. */
  readonly limit?: string;
  readonly retryAfterSeconds?: number;
  /** Attempts left for the current activation code. */
  readonly attemptsLeft?: number;
  /** Earliest time at which a new code can be requested. */
  readonly resendAllowedAt?: Date;
}

/** An error about HTTP itself. Only the api throws it, never a library. */
export class ProblemError extends Error {
  constructor(
    readonly error: ErrorName,
    readonly details: ErrorDetails = {},
  ) {
    super(details.detail ?? ERRORS[error].detail);
    this.name = 'ProblemError';
  }

  static invalid(faults: FieldFault[]): ProblemError {
    const errors = faults.slice(0, FAULTS_MAX);
    const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
    return new ProblemError('ValidationError', { detail, errors });
  }
}
