-- migrate:up

-- What the workers last saw of each mail server, so that health and doctor can tell without their own log-in.
create table mail_servers (
  server text primary key check (server in ('primary', 'fallback')),
  -- When the first failure since the last mail that it took was; null while it takes mails.
  failing_since timestamptz,
  reason text,
  seen_at timestamptz not null default now()
);

-- migrate:down

drop table mail_servers;
