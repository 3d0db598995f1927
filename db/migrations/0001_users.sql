-- migrate:up

-- One row per address: the account and the activation code that it waits for. Every rule that two requests can race
-- for (who gets the address, who redeems the code, whose mail is owed) is decided by the lock on this row.
create table users (
  id uuid primary key,
  -- Canonical form, created by the application; compared by bytes ("C"), so that the unique index is exact.
  email text collate "C" not null,
  password_hash text not null,
  created_at timestamptz not null default now(),
  activated_at timestamptz,

  -- Identifies the current mail. Its activation code is derived from this id and the secret key, and never stored.
  -- After the activation it identifies the notice about another registration of the address, if there is one.
  code_id uuid,
  code_digits smallint not null default 4,
  code_wrong_tries smallint not null default 0,
  -- Null until the mail is first handed to the mail server, when the lifetime of the code starts.
  code_expires_at timestamptz,

  -- Not null: a mail is owed, and this is the time of the next attempt. It is moved forward while a worker sends the
  -- mail.
  mail_due_at timestamptz,
  mail_sent_at timestamptz,
  mail_given_up_at timestamptz,
  mail_attempts integer not null default 0,
  mail_last_error text,
  locale text not null default 'en',
  -- The request that caused the mail, for the worker's log lines.
  request_id text,
  -- Its trace (W3C traceparent), which the mail continues.
  trace_parent text,

  constraint users_email_key unique (email),
  constraint users_email_length check (octet_length(email) between 3 and 1024),
  constraint users_code_until_activated check (code_id is not null or activated_at is not null)
);

create unique index users_code_id on users (code_id) where code_id is not null;
create index users_mail_due_at on users (mail_due_at) where mail_due_at is not null;
create index users_mail_given_up_at on users (mail_given_up_at) where mail_given_up_at is not null;
create index users_unactivated on users (created_at) where activated_at is null;

-- Many rows are deleted soon after they are added: vacuum continuously instead of waiting for a fifth of the table.
alter table users set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, fillfactor = 90);

-- Failed attempts at codes of an address during a day; they outlive its registrations, so that registering again does
-- not reset the count. Addresses are stored as SHA-256 digests.
create table wrong_tries (
  email_digest bytea primary key,
  tries integer not null,
  since timestamptz not null default now()
);
create index wrong_tries_since on wrong_tries (since);

-- migrate:down

drop table wrong_tries;
drop table users;
