// better-auth behind Node's http server, as its documentation sets it up: sign-up by email and password, a code-less
// verification mail that goes nowhere, accounts in PostgreSQL. Asked: {cost, database}; cost 0 hashes nothing.
import { createServer } from 'node:http';
import bcrypt from 'bcrypt';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';

const { cost, database } = JSON.parse(process.argv[2]);
const bcryptPasswords = {
  hash: (password) => bcrypt.hash(password, cost),
  verify: ({ hash, password }) => bcrypt.compare(password, hash),
};
const noPasswords = {
  hash: () => Promise.resolve('none'),
  verify: () => Promise.resolve(true),
};
const auth = betterAuth({
  baseURL: 'http://127.0.0.1',
  secret: 'a secret of thirty-two characters or more',
  database: new pg.Pool({ ...database, max: 10 }),
  telemetry: { enabled: false },
  emailAndPassword: {
    enabled: true,
    requireEmailVerification: true,
    password: cost > 0 ? bcryptPasswords : noPasswords,
  },
  emailVerification: { sendOnSignUp: true, sendVerificationEmail: () => Promise.resolve() },
});

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();
const server = createServer(toNodeHandler(auth));
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`),
);
