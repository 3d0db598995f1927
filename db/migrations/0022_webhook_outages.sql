-- migrate:up

-- Receivers that have accepted nothing since then, by the SHA-256 digest of their URL. Meanwhile only one event at a
-- time is attempted: this row gives up the events that wait behind it, which would otherwise wait forever.
create table webhook_outages (
  url_digest bytea primary key,
  since timestamptz not null default now()
);

-- migrate:down

drop table webhook_outages;
