-- migrate:up

-- A UUID version 7 (RFC 9562), created here so that one statement can write any number of events. A random UUID
-- version 4 gets the milliseconds of the clock as its first 48 bits, and 7 as its version.
create function new_event_id() returns uuid language sql volatile parallel safe as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

-- Account events. The statement that changes the account also writes the event.
create table events (
  id uuid primary key default new_event_id(),
  -- The order of writing. The statement holds the lock on the account's row when it draws the number, so for one
  -- account this is the order of its changes. Over all accounts it is not suitable for paging: a later number may
  -- commit earlier.
  ordinal bigint generated always as identity,
  -- The order for paging, assigned after the commit by one sequencer at a time. Null until then.
  position bigint,
  type text not null,
  account_id uuid not null,
  -- Not now(), which is the start of the statement: it may have waited for the account's row.
  occurred_at timestamptz not null default clock_timestamp(),
  data jsonb not null,
  -- The request that caused the event, and its trace (W3C traceparent).
  request_id text,
  trace text,

  -- Not null: the event is owed to the webhook receiver, and this is the time of the next attempt.
  due_at timestamptz,
  attempts integer not null default 0,
  first_tried_at timestamptz,
  delivered_at timestamptz,
  given_up_at timestamptz,
  last_error text,

  constraint events_type check (
    type in ('user.registered', 'user.activated', 'user.replaced', 'user.deleted', 'user.undeliverable'))
);

create index events_unsequenced on events (ordinal) where position is null;
create unique index events_position on events (position) where position is not null;
create index events_account on events (account_id);
create index events_due_at on events (due_at, position) where due_at is not null;
create index events_given_up_at on events (given_up_at) where given_up_at is not null;

-- Every event is updated when it is sequenced and again when it is delivered.
alter table events set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, fillfactor = 90);

-- The end of the log, in one row.
create table event_log (
  only_row boolean primary key default true check (only_row),
  last_position bigint not null default 0,
  -- The highest position of a deleted event: a reader at a lower position has missed something.
  forgotten_position bigint not null default 0
);
insert into event_log default values;

-- Receivers that responded with 410 Gone, by the SHA-256 digest of their URL. Nothing is sent until an operator
-- resumes it.
create table webhook_pauses (
  url_digest bytea primary key,
  paused_at timestamptz not null default now(),
  reason text not null
);

-- migrate:down

drop table webhook_pauses;
drop table event_log;
drop table events;
drop function new_event_id();
