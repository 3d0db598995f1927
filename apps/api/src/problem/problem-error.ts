import type { ErrorName, FieldFault } from './problem';

/** Maximum number of faults in one response, so that a response is not much larger than its request. */
const FAULTS_MAX = 10;

interface Extras {
  readonly errors?: FieldFault[];
  readonly hint?: string;
  /** Name of the exceeded limit. */
  readonly limit?: string;
  readonly retryAfterSeconds?: number;
  /** Attempts left for the current activation code. */
  readonly attemptsLeft?: number | undefined;
  /** Earliest time at which a new code can be requested. */
  readonly resendAllowedAt?: Date | undefined;
}

/** An error about HTTP itself. Only the api throws it, never a library. */
export class ProblemError extends Error {
  constructor(
    readonly error: ErrorName,
    detail: string,
    readonly extras: Extras = {},
  ) {
    super(detail);
    this.name = 'ProblemError';
  }

  static invalid(errors: FieldFault[]): ProblemError {
    const shown = errors.slice(0, FAULTS_MAX);
    const detail = shown.map(({ field, message }) => `${field} ${message}`).join('; ');
    return new ProblemError('ValidationError', detail, { errors: shown });
  }
}
