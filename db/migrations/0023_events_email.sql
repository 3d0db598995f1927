-- migrate:up

-- An erasure finds the address also in the events of registrations that are long purged. The index holds only events that
-- have an address, which EVENTS_INCLUDE_EMAIL asks for.
create index events_email on events ((data ->> 'email')) where data ? 'email';

-- migrate:down

drop index events_email;
