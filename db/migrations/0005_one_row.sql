-- migrate:up

alter table users
  -- The mailbox has reached its daily limit, so this mail is not sent. Only the operator can see it.
  add column mail_withheld_at timestamptz,
  -- A code with too many failed attempts may be replaced without waiting, once per registration.
  add column code_early_resend text not null default 'unused'
    constraint users_code_early_resend check (code_early_resend in ('unused', 'open', 'used')),
  -- The code that the current one replaced, as {mail_id, digits, key_id, sent_at}, to recognize the code of an old
  -- mail.
  add column replaced_code jsonb,
  -- HMAC of the last request with an Idempotency-Key that changed this row, until its next change.
  add column request_digest bytea,
  -- The answers to registrations of this taken address in concealed mode, as [{digest, id, at, digits}].
  add column pretended jsonb not null default '[]';

create index users_mail_withheld_at on users (mail_withheld_at) where mail_withheld_at is not null;

-- The highest cost among the password hashes, which unknown addresses must cost too.
create index users_password_cost on users (substring(password_hash from 5 for 2))
  where password_hash ~ '^\$2[aby]\$\d\d\$';

-- Counts of an address during the last day: times of failed attempts at its codes, and of mails promised to it (for
-- these, plus tags are ignored). A sliding window; each list is bounded. Addresses are stored as SHA-256 digests. A
-- row outlives the registrations of its address, so that registering again does not reset the counts.
create table address_days (
  digest bytea primary key,
  wrong_tries timestamptz[] not null default '{}',
  mails timestamptz[] not null default '{}',
  changed_at timestamptz not null default now()
);
create index address_days_changed_at on address_days (changed_at);
insert into address_days (digest, wrong_tries, changed_at)
select email_digest, array_fill(since, array[least(tries, 64)]), since from wrong_tries;
drop table wrong_tries;

-- migrate:down

create table wrong_tries (
  email_digest bytea primary key,
  tries integer not null,
  since timestamptz not null default now()
);
create index wrong_tries_since on wrong_tries (since);
insert into wrong_tries (email_digest, tries, since)
select digest, cardinality(wrong_tries), changed_at from address_days where cardinality(wrong_tries) > 0;
drop table address_days;
drop index users_password_cost;
drop index users_mail_withheld_at;
alter table users
  drop column pretended, drop column request_digest, drop column replaced_code, drop column code_early_resend,
  drop column mail_withheld_at;
