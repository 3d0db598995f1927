import { parseEnvironment } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import { HOSTILE_SETTINGS, USABLE_SESSION, useSession } from '../support/hostile-settings';
import { createDatabase, type TestDatabase } from '../support/postgres';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

async function expectUsable(env: NodeJS.ProcessEnv): Promise<void> {
  const sql = createSql(parseEnvironment(env));
  try {
    expect(await useSession(sql)).toEqual(USABLE_SESSION);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

describe('A session', () => {
  it.each(HOSTILE_SETTINGS)(
    'has the settings that the program needs if the database has %s = %s',
    async (name, value) => {
      const { DATABASE_NAME } = database.env;
      await database.sql.unsafe(`alter database ${DATABASE_NAME} set ${name} = ${value}`);
      try {
        await expectUsable(database.env);
      } finally {
        await database.sql.unsafe(`alter database ${DATABASE_NAME} reset all`);
      }
    },
  );

  it.each(HOSTILE_SETTINGS)(
    'has the settings that the program needs if the role has %s = %s',
    async (name, value) => {
      const role = `role_${database.env['DATABASE_NAME']}`;
      await database.sql.unsafe(`create role ${role} login superuser password 'of the test'`);
      try {
        await database.sql.unsafe(`alter role ${role} set ${name} = ${value}`);
        await expectUsable({ ...database.env, DATABASE_USER: role, DATABASE_PASSWORD: 'of the test' });
      } finally {
        await database.sql.unsafe(`drop role ${role}`);
      }
    },
  );
});
