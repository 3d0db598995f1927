import type { Page } from '@app/runtime';
import type { AccountEvent, EventType } from './event';

/** An event and its delivery, for operators. Dates are null for what has not happened. */
export interface EventEntry extends AccountEvent {
  readonly accountId: string;
  /** `unplaced`: it has no position yet; `kept`: no webhook is configured for it. */
  readonly delivery: 'unplaced' | 'kept' | 'waiting' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly nextTryAt: Date | null;
  readonly lastError: string | null;
}

export interface EventFilter {
  readonly since?: Date;
  readonly type?: EventType;
}

/** Called with how many events are done. */
export type OnProgress = (done: number) => void;

/** The events and their delivery, for operators. */
export interface EventAdministration {
  /** Newest first, in pages. @throws {Unavailable} */
  list(filter: EventFilter, limit: number, after?: string): Promise<Page<EventEntry>>;
  /** Ends a pause and makes given-up and waiting events due now. Resolves to their number. @throws {Unavailable} */
  retry(onProgress?: OnProgress): Promise<number>;
  /** How many events `replay` would owe again. @throws {Unavailable} */
  countReplay(seconds: number): Promise<number>;
  /**
   * Makes the events of the last `seconds` owed again, with the same ids. Resolves to their number. @throws
   * {Unavailable}
   */
  replay(seconds: number, onProgress?: OnProgress): Promise<number>;
}
export const EventAdministration = Symbol('EventAdministration');
