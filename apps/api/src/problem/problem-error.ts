import type { ErrorName, FieldFault } from './problem';

/** Most faults that one answer names: an answer is not much larger than what asked for it. */
const FAULTS_MAX = 10;

interface Extras {
  readonly errors?: FieldFault[];
  readonly hint?: string;
  /** Name of the limit that refused. */
  readonly limit?: string;
  readonly retryAfterSeconds?: number;
  /** Tries that the activation code has left. */
  readonly attemptsLeft?: number | undefined;
  /** Earliest time at which a new code can be requested. */
  readonly resendAllowedAt?: Date | undefined;
}

/** An error that is about HTTP itself, thrown at the edge and nowhere deeper. */
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
