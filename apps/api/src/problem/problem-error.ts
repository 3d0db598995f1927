import type { ErrorName, FieldFault } from './problem';

interface Extras {
  readonly errors?: FieldFault[];
  readonly hint?: string;
  readonly retryAfterSeconds?: number;
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
    const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
    return new ProblemError('ValidationError', detail, { errors });
  }
}
