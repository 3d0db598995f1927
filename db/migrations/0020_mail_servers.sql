-- migrate:up

-- The state of each mail server as the workers last observed it, so that health and doctor need no log-in of their
-- own.
create table mail_servers (
  server text primary key check (server in ('primary', 'fallback')),
  -- Time of the first failure since the last accepted mail; null while the server accepts mails.
  failing_since timestamptz,
  reason text,
  seen_at timestamptz not null default now()
);

-- migrate:down

drop table mail_servers;
