// better-auth behind Node's http server, as its documentation sets it up for several machines, doing the same work as our api:
// sign-up by email and password, accounts in PostgreSQL, limits in Redis, and a verification mail that is put on a
// BullMQ queue. Asked: {cost, database, redis}; cost 0 hashes nothing.
import { createServer } from 'node:http';
import bcrypt from 'bcrypt';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';

const { cost, database, redis: connection } = JSON.parse(process.argv[2]);
const bcryptPasswords = {
  hash: (password) => bcrypt.hash(password, cost),
  verify: ({ hash, password }) => bcrypt.compare(password, hash),
};
const noPasswords = {
  hash: () => Promise.resolve('none'),
  verify: () => Promise.resolve(true),
};
const redis = new Redis(connection);
const mails = new Queue('better-auth-mail', { connection });
const COUNT = `
  local count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
  return count`;
const auth = betterAuth({
  baseURL: 'http://127.0.0.1',
  secret: 'a secret of thirty-two characters or more',
  database: new pg.Pool({ ...database, max: 10 }),
  secondaryStorage: {
    get: (key) => redis.get(key),
    set: (key, value, ttl) => redis.set(key, value, 'EX', ttl ?? 3_600),
    delete: (key) => redis.del(key),
    increment: (key, ttl) => redis.eval(COUNT, 1, key, ttl),
  },
  // Room for any load, as in ours.
  rateLimit: { enabled: true, customRules: { '/sign-up/*': { window: 3_600, max: 10_000_000 } } },
  advanced: { ipAddress: { ipAddressHeaders: ['x-client'] } },
  telemetry: { enabled: false },
  emailAndPassword: {
    enabled: true,
    requireEmailVerification: true,
    password: cost > 0 ? bcryptPasswords : noPasswords,
  },
  emailVerification: {
    sendOnSignUp: true,
    sendVerificationEmail: async ({ user }) => {
      await mails.add('verify', { id: user.id }, { removeOnComplete: true, removeOnFail: true });
    },
  },
});

const { runMigrations } = await getMigrations(auth.options);
await runMigrations();
const handler = toNodeHandler(auth);
const server = createServer((request, response) => {
  request.headers['x-client'] = request.socket.remoteAddress;
  return handler(request, response);
});
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`),
);
