-- migrate:up

-- Erased accounts, so that an erasure can be repeated after a restore of an older backup. `digest` is an HMAC of the
-- address under the secret key; nothing else of the person remains.
create table erasures (
  account_id uuid primary key,
  digest text not null,
  erased_at timestamptz not null default now()
);
create index erasures_erased_at on erasures (erased_at, account_id);
create index erasures_digest on erasures (digest);

-- migrate:down

drop table erasures;
