-- migrate:up

-- When the current mail was first owed. The account's own age says nothing about it: a new code, or the notice to
-- the owner of a taken address, can be owed years after the account was made.
alter table users add column mail_owed_since timestamptz not null default now();

-- migrate:down

alter table users drop column mail_owed_since;
