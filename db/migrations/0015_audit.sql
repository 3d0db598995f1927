-- migrate:up

-- Changes by operators, written in the transaction of the change. It contains no address: `digest` is an HMAC of the
-- address under the secret key, so that entries can be found for an address but not the other way round.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  os_user text not null,
  host text not null,
  action text not null,
  -- Null if one entry covers many accounts, as in an import.
  account_id uuid,
  digest text,
  accounts integer not null default 1,
  reason text not null,

  constraint audit_reason check (length(reason) between 1 and 1000)
);
create index audit_account_id on audit (account_id) where account_id is not null;
create index audit_digest on audit (digest) where digest is not null;

create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  raise exception 'The audit trail is append-only: % is refused', lower(tg_op)
    using errcode = 'insufficient_privilege';
end
$$;

-- For each statement, so that a statement that matches no row is refused, too.
create trigger audit_is_append_only before update or delete or truncate on audit
  for each statement execute function refuse_change_of_audit();

-- migrate:down

drop table audit;
drop function refuse_change_of_audit();
