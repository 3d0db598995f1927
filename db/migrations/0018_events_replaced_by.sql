-- migrate:up

-- An erasure follows an account back to the registrations that it replaced, because their events contain the same
-- address.
create index events_replaced_by on events ((data ->> 'replaced_by')) where type = 'user.replaced';

-- migrate:down

drop index events_replaced_by;
