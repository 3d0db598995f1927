import { dropsIn } from './rollback-loss';

describe('dropsIn', () => {
  it('lists the dropped tables and columns, and nothing else', () => {
    const down = `
      -- drop table not_this;
      drop index users_created_at;
      drop table wrong_tries, users;
      drop table if exists audit cascade;
      alter table users drop column locale, drop column if exists request_id;
      alter table users rename column mail_id to code_id;
      drop function count_deleted_accounts();`;
    expect(dropsIn(down)).toEqual([
      { table: 'wrong_tries' },
      { table: 'users' },
      { table: 'audit' },
      { table: 'users', column: 'locale' },
      { table: 'users', column: 'request_id' },
    ]);
  });
});
