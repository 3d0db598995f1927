-- migrate:up

-- New codes requested by this registration. Each blocks the address for another lifetime of a code, so their number is
-- limited: a stranger's registration expires, and the owner gets the address.
alter table users add column code_resends integer not null default 0;

-- migrate:down

alter table users drop column code_resends;
