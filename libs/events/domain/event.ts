/** Types of account events; the names are part of the contract. */
export const EVENT_TYPES = [
  'user.registered',
  'user.activated',
  'user.replaced',
  'user.deleted',
  'user.undeliverable',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** An event as consumers receive it, in the feed and in a webhook. */
export interface AccountEvent {
  /** UUID version 7; the same in the feed and in every webhook attempt. */
  readonly id: string;
  readonly type: EventType;
  readonly occurredAt: Date;
  readonly data: EventData;
}

/** Minimal on purpose: the address is included only with `EVENTS_INCLUDE_EMAIL`. */
interface EventData {
  readonly user_id: string;
  readonly is_activated: boolean;
  readonly [more: string]: unknown;
}
