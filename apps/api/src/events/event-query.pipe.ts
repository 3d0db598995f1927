import { Injectable, type PipeTransform } from '@nestjs/common';
import { ProblemError } from '../problem/problem-error';
import { faultOf, type FieldFault } from '../problem/problem';

export interface EventQuery {
  /** The cursor; null starts at the oldest event kept. */
  readonly after: bigint | null;
  readonly limit: number;
  /** Seconds to wait for an event if there is none yet. */
  readonly waitSeconds: number;
}

export const LIMIT = { min: 1, max: 1_000, default: 100 };
export const WAIT = { min: 0, max: 60, default: 0 };
/** Greatest position: the maximum of PostgreSQL's bigint. */
const POSITION_MAX = 2n ** 63n - 1n;
const NAMES = ['after', 'limit', 'wait'];

/** Parses the query of the event feed; values out of bounds, repeated or unknown parameters are refused. */
@Injectable()
export class EventQueryPipe implements PipeTransform<Record<string, unknown>, EventQuery> {
  transform(query: Record<string, unknown>): EventQuery {
    const faults: FieldFault[] = Object.keys(query)
      .filter((name) => !NAMES.includes(name))
      .map((name) => faultOf(name.slice(0, 64), 'unknown', 'is not a known parameter'));
    const after = parseCursor(query['after']);
    const limit = parseInteger(query['limit'], LIMIT);
    const waitSeconds = parseInteger(query['wait'], WAIT);
    if (after === undefined) faults.push(cursorFault());
    if (limit === undefined) faults.push(boundsFault('limit', LIMIT));
    if (waitSeconds === undefined) faults.push(boundsFault('wait', WAIT));
    if (after === undefined || limit === undefined || waitSeconds === undefined || faults.length > 0) {
      throw ProblemError.invalid(faults);
    }
    return { after, limit, waitSeconds };
  }
}

export const cursorFault = (): FieldFault =>
  faultOf('after', 'invalid', 'must be the `next` of an earlier response');

const boundsFault = (name: string, { min, max }: typeof LIMIT): FieldFault =>
  faultOf(name, 'invalid', `must be a whole number from ${min} to ${max}`, { min, max });

function parseCursor(text: unknown): bigint | null | undefined {
  if (text === undefined) return null;
  if (typeof text !== 'string' || !/^\d{1,19}$/.test(text)) return undefined;
  const position = BigInt(text);
  return position <= POSITION_MAX ? position : undefined;
}

function parseInteger(text: unknown, { min, max, default: absent }: typeof LIMIT): number | undefined {
  if (text === undefined) return absent;
  if (typeof text !== 'string' || !/^\d{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
