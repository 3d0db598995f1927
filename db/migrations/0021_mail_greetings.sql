-- migrate:up

-- When a worker last greeted the mail server without a log-in, so that all workers together do so once a minute, and
-- why the server did not respond; null once it did, or has accepted or refused a mail since.
alter table mail_servers add column greeted_at timestamptz, add column greeting_failure text;

-- migrate:down

alter table mail_servers drop column greeted_at, drop column greeting_failure;
