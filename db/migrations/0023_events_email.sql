-- migrate:up

-- An erasure also finds the address in events of registrations purged long ago. The index contains only events with an
-- address, which EVENTS_INCLUDE_EMAIL enables.
create index events_email on events ((data ->> 'email')) where data ? 'email';

-- migrate:down

drop index events_email;
