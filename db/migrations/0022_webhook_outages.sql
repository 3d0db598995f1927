-- migrate:up

-- Receivers that have accepted nothing since then, by the SHA-256 digest of their URL. Only one event at a time is tried
-- meanwhile: what waits behind it is given up by this, and not by its own attempts, or it would wait forever.
create table webhook_outages (
  url_digest bytea primary key,
  since timestamptz not null default now()
);

-- migrate:down

drop table webhook_outages;
