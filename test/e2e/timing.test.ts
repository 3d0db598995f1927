import { hash } from 'bcrypt';
import { startAppsAsShipped } from '../support/apps';
import { Client, Service } from '../support/service';
import { distinction, timed } from '../support/timing';

startAppsAsShipped();

/** A hash of about 8 ms: long enough that its omission is detected on a busy machine. */
const BCRYPT_COST = '7';
const ROUNDS = 50;
/**
 * Two equal kinds differ by chance: by 0.058 (standard deviation) over this many rounds, and by 0.25 once in fifty
 * thousand runs. An omitted hash causes 0.5, and less on a busy machine.
 */
const ALIKE = 0.25;
const DIFFERENT = 0.3;
const PASSWORD = 'SecurePass123';
const WRONG = 'WrongPass123';

/**
 * Addresses with an account, one of them with a hash from before the cost was raised, which takes an eighth of the
 * time.
 */
async function prepare(service: Service, client: Client): Promise<void> {
  for (const name of ['known', 'older', 'skipped']) await client.register(`${name}@example.com`, PASSWORD);
  const older = await hash(PASSWORD, Number(BCRYPT_COST) - 3);
  await service.database.sql`update users set password_hash = ${older} where email = 'older@example.com'`;
  // An invalid hash is not compared, as if the comparison had been omitted for this address.
  await service.database.sql`update users set password_hash = 'none' where email = 'skipped@example.com'`;
  await service.database.sql`update users set activated_at = now() where email = 'known@example.com'`;
}

const ROUTES: readonly (readonly [
  route: string,
  ask: (client: Client, email: string) => Promise<unknown>,
])[] = [
  ['activate', (client, email) => client.activate(email, WRONG, '0000')],
  ['activation-codes', (client, email) => client.newCode(email, WRONG)],
  ['users/me', (client, email) => client.me(email, WRONG)],
];

describe('Response time', () => {
  let service: Service;
  let client: Client;

  beforeAll(async () => {
    service = await Service.startApi('one-node', { BCRYPT_COST, CONCEAL_REGISTERED_EMAILS: 'true' });
    client = new Client(service.api.url);
    await prepare(service, client);
  });
  afterAll(() => service.stop());

  it.each(ROUTES)('does not reveal at %s whether an address is registered', async (_route, ask) => {
    const { known, older, unknown, skipped } = await timed(ROUNDS, {
      known: () => ask(client, 'known@example.com'),
      older: () => ask(client, 'older@example.com'),
      unknown: (round) => ask(client, `unknown${round}@example.com`),
      skipped: () => ask(client, 'skipped@example.com'),
    });
    // The control: an omitted comparison is detected.
    expect(distinction(unknown, skipped)).toBeGreaterThan(DIFFERENT);
    expect(Math.abs(distinction(known, unknown))).toBeLessThan(ALIKE);
    expect(Math.abs(distinction(older, unknown))).toBeLessThan(ALIKE);
  });

  it('does not reveal at register whether an address is taken, in concealed mode', async () => {
    const { taken, free, refused } = await timed(ROUNDS, {
      taken: () => client.register('known@example.com', PASSWORD),
      free: (round) => client.register(`free${round}@example.com`, PASSWORD),
      refused: (round) => client.register(`refused${round}@example.com`, 'short'),
    });
    expect(distinction(free, refused)).toBeGreaterThan(DIFFERENT);
    expect(Math.abs(distinction(taken, free))).toBeLessThan(ALIKE);
  });
});

describe.each([
  ['with', '300'],
  ['without', '0'],
])('The response time after a registration in concealed mode, %s a password memory', (_with, memory) => {
  let service: Service;
  let client: Client;

  beforeAll(async () => {
    service = await Service.start('one-node', {
      ...{ BCRYPT_COST, CONCEAL_REGISTERED_EMAILS: 'true', PASSWORD_MEMORY_SECONDS: memory },
    });
    client = new Client(service.api.url);
    await prepare(service, client);
    await client.register('known@example.com', WRONG);
    await client.register('own@example.com', WRONG);
  });
  afterAll(() => service.stop());

  it.each(ROUTES)('does not reveal at %s whether it was a pretended one', async (_route, ask) => {
    const { taken, own, skipped } = await timed(ROUNDS, {
      taken: () => ask(client, 'known@example.com'),
      own: () => ask(client, 'own@example.com'),
      skipped: () => ask(client, 'skipped@example.com'),
    });
    expect(distinction(own, skipped)).toBeGreaterThan(DIFFERENT);
    expect(Math.abs(distinction(taken, own))).toBeLessThan(ALIKE);
  });
});
