-- migrate:up

-- The worker that leased an owed mail or event, to find the leases of a lost claim and of a killed worker.
alter table users add column mail_leased_by uuid;
alter table events add column leased_by uuid;

-- Attempts with unknown outcome, because the connection broke after the mail was handed over.
alter table users add column mail_unknown_outcomes smallint not null default 0;

-- The live workers. `steady_since` is reset after a gap: a worker that was itself disconnected from the database does
-- not judge others by their silence.
create table worker_heartbeats (
  worker_id uuid primary key,
  seen_at timestamptz not null default now(),
  steady_since timestamptz not null default now()
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);

-- The mail queue of earlier versions in one-node mode, created by this role; owed mails are in `users`.
do $$ begin
  if exists (select from pg_namespace where nspname = 'bullmq' and pg_has_role(nspowner, 'usage')) then
    drop schema bullmq cascade;
  end if;
end $$;

-- migrate:down

drop table worker_heartbeats;
alter table events drop column leased_by;
alter table users drop column mail_leased_by, drop column mail_unknown_outcomes;
