-- migrate:up

-- When a worker last greeted the mail server without a log-in, so that all of them together do it once a minute, and
-- why the server did not answer as one; null once it did, or has been seen to take or refuse a mail since.
alter table mail_servers add column greeted_at timestamptz, add column greeting_failure text;

-- migrate:down

alter table mail_servers drop column greeted_at, drop column greeting_failure;
