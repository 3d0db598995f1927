import type { ErrorName, EXACT } from '../errors';
import type { FieldSentence } from '../field-sentences';

/** Reasons to refuse a field; `{min}` and `{max}` are the bounds of the rule. */
export interface FaultPhrases {
  readonly required: string;
  readonly unknown: string;
  readonly invalid: string;
  readonly too_short: string;
  readonly too_long: string;
  readonly too_common: string;
  readonly 'email.invalid': string;
  readonly 'password.too_long': string;
  readonly 'activation_code.invalid': string;
  readonly 'body.invalid': string;
  readonly 'body.too_long': string;
}

/** The texts of errors in one language. */
export interface Phrases {
  readonly errors: Readonly<Record<ErrorName, string>>;
  readonly exact: Readonly<Record<keyof typeof EXACT, string>>;
  readonly faults: FaultPhrases;
  /** Sentences that are more precise than the code of a fault. */
  readonly sentences: Readonly<Record<FieldSentence, string>>;
}
