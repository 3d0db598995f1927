-- migrate:up

-- Accounts are listed, exported and counted in the order of their registration. New index entries go to the last page.
create index users_created_at on users (created_at, id);

-- Counts of accounts that are no longer in `users` (purged, replaced or erased), by the hour of their registration, so
-- that "how many signed up yesterday" does not depend on when a purge ran.
create table past_accounts (
  registered_hour timestamptz primary key,
  registered integer not null,
  activated integer not null,
  given_up integer not null
);

-- A purge deletes thousands of rows per statement: they are added by the hour, in a fixed order, so that two purges
-- cannot deadlock.
create function count_deleted_accounts() returns trigger language plpgsql as $$
begin
  insert into past_accounts as past (registered_hour, registered, activated, given_up)
  select date_trunc('hour', created_at, 'UTC'), count(*), count(activated_at),
         count(*) filter (where mail_given_up_at is not null and activated_at is null)
  from gone group by 1 order by 1
  on conflict (registered_hour) do update set
    registered = past.registered + excluded.registered,
    activated = past.activated + excluded.activated,
    given_up = past.given_up + excluded.given_up;
  return null;
end
$$;

create trigger users_deleted_are_counted after delete on users
  referencing old table as gone
  for each statement execute function count_deleted_accounts();

-- A registration that expired unused is replaced by an update that gives the row another id.
create function count_replaced_account() returns trigger language plpgsql as $$
begin
  insert into past_accounts as past (registered_hour, registered, activated, given_up)
  values (date_trunc('hour', old.created_at, 'UTC'), 1, 0, (old.mail_given_up_at is not null)::int)
  on conflict (registered_hour) do update set
    registered = past.registered + 1,
    given_up = past.given_up + excluded.given_up;
  return null;
end
$$;

create trigger users_replaced_are_counted after update on users
  for each row when (old.id is distinct from new.id)
  execute function count_replaced_account();

-- migrate:down

drop trigger users_replaced_are_counted on users;
drop trigger users_deleted_are_counted on users;
drop function count_replaced_account();
drop function count_deleted_accounts();
drop table past_accounts;
drop index users_created_at;
