-- migrate:up

-- When the current mail was first owed. The age of the account does not show it: a new code, or the notice to the
-- owner of a taken address, can be owed years after the account was created.
alter table users add column mail_owed_since timestamptz not null default now();

-- migrate:down

alter table users drop column mail_owed_since;
