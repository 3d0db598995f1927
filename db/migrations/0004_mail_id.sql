-- migrate:up

-- One id for the current mail: it identifies the mail, and its code is derived from it.
alter table users rename column code_id to mail_id;
alter index users_code_id rename to users_mail_id;
alter table users rename constraint users_code_until_activated to users_mail_until_activated;

-- Id of the secret key that made the current code, so that a previous key accepts its own codes and no others.
-- Null: made before this column existed.
alter table users add column code_key_id text;

-- migrate:down

alter table users drop column code_key_id;
alter table users rename constraint users_mail_until_activated to users_code_until_activated;
alter index users_mail_id rename to users_code_id;
alter table users rename column mail_id to code_id;
