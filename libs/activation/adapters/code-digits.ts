import type { PendingQuery, Row } from 'postgres';
import type { Sql } from '@app/runtime';
import { CODE_DIGITS_MAX } from '../domain/activation-code';

/** Wrong tries of a day that make an address's next codes one digit longer. */
export const WRONG_TRIES_PER_DIGIT = 10;

type Fragment = PendingQuery<Row[]>;

/**
 * SQL for the length of an address's next code: the usual one, and a digit more for every ten wrong tries of the
 * day. Whoever guesses faces ever longer codes; the owner, who reads them in the mail, types a digit more.
 */
export const codeDigits = (sql: Sql, email: Fragment, usualDigits: number): Fragment => sql`
  least(${CODE_DIGITS_MAX}, ${usualDigits}::int + coalesce((
    select tries / ${WRONG_TRIES_PER_DIGIT} from wrong_tries
    where email_digest = sha256(convert_to(${email}, 'UTF8')) and since > now() - interval '1 day'), 0))`;
