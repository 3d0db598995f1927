/** What can happen to an account; the names are part of the contract. */
export const EVENT_TYPES = [
  'user.registered',
  'user.activated',
  'user.replaced',
  'user.deleted',
  'user.undeliverable',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** An event as consumers see it, in the feed and in a webhook. */
export interface AccountEvent {
  /** UUID of version 7, the same in the feed and at every attempt of the webhook. */
  readonly id: string;
  readonly type: EventType;
  readonly occurredAt: Date;
  readonly data: EventData;
}

/** Thin on purpose: the address is there only where `EVENTS_INCLUDE_EMAIL` asks for it. */
export interface EventData {
  readonly user_id: string;
  readonly is_activated: boolean;
  readonly [more: string]: unknown;
}
