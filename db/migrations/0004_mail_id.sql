-- migrate:up

-- One name for the id of the current mail: it names the mail, and its code is derived from it.
alter table users rename column code_id to mail_id;
alter index users_code_id rename to users_mail_id;
alter table users rename constraint users_code_until_activated to users_mail_until_activated;

-- Names the secret key that made the current code, so that a key before a rotation opens its own codes and no others.
-- Null: made before this column was here.
alter table users add column code_key_id text;

-- migrate:down

alter table users drop column code_key_id;
alter table users rename constraint users_mail_until_activated to users_code_until_activated;
alter index users_mail_id rename to users_code_id;
alter table users rename column mail_id to code_id;
