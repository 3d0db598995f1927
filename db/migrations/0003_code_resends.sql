-- migrate:up

-- New codes that this registration has asked for. Each holds the address for another life of a code, so there is an
-- end to them: a stranger's registration dies, and its owner gets the address.
alter table users add column code_resends integer not null default 0;

-- migrate:down

alter table users drop column code_resends;
