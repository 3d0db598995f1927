/**
 * Calls every endpoint from TypeScript, with `openapi-fetch` and the types in `schema.d.ts`, which `npx
 * openapi-typescript <api>/docs-json -o schema.d.ts` generates from the OpenAPI document. Arguments: the URLs of the
 * api and the inbox, as printed by `make run`.
 */
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

type Problem = components['schemas']['Problem'];

const [, , api = 'http://127.0.0.1:8000', inbox = 'http://127.0.0.1:8025'] = process.argv;
const client = createClient<paths>({ baseUrl: api });

async function main(): Promise<void> {
  const account = { email: `ada.${Date.now()}@example.com`, password: 'SecurePass123' };
  const basic = Buffer.from(`${account.email}:${account.password}`).toString('base64');
  const headers = { Authorization: `Basic ${basic}` };

  const user = taken(await client.POST('/api/v1/users/register', { body: account }));
  console.log(`registered ${user.email} as ${user.id}, activated: ${user.is_activated}`);

  const lost = await codeOf(user.email, 1);
  taken(await client.POST('/api/v1/users/activation-codes', { headers }));
  const activation_code = await codeOf(user.email, 2);
  console.log(`the first code had ${lost.length} digits, the second has ${activation_code.length}`);

  const activated = taken(
    await client.POST('/api/v1/users/activate', { headers, body: { activation_code } }),
  );
  console.log(`activated at ${activated.activated_at}`);

  const again = await client.POST('/api/v1/users/register', { body: account });
  console.log(`registering again: ${again.response.status} ${again.error?.error}`);

  const me = taken(await client.GET('/api/v1/users/me', { headers }));
  console.log(`signed in as ${me.email}`);
  const deletion = await client.DELETE('/api/v1/users/me', { headers });
  console.log(`deleting: ${deletion.response.status}, 404 unless ENABLE_SELF_DELETION is set`);
  const feed = await client.GET('/api/v1/events', { headers: { Authorization: `Bearer ${'0'.repeat(32)}` } });
  console.log(`events: ${feed.response.status}, 404 unless EVENTS_TOKEN is set`);

  const health = taken(await client.GET('/api/v1/health'));
  const metrics = taken(await client.GET('/api/v1/metrics'));
  console.log(`${health.status}, ${metrics.business_metrics.activations} activation(s)`);
}

/** The body of a successful response; a problem is thrown. */
function taken<T>({ data, error }: { data?: T; error?: Problem | components['schemas']['Health'] }): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

/** Waits for the n-th mail to the address, and extracts its code. */
async function codeOf(address: string, number: number): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { messages } = (await (await fetch(`${inbox}/api/v1/messages`)).json()) as MessageList;
    const mails = messages.filter(({ To }) => To[0]?.Address === address);
    if (mails.length >= number) {
      const mail = (await (await fetch(`${inbox}/api/v1/message/${mails[0]?.ID}`)).json()) as {
        Text: string;
      };
      return /\b\d{4,8}\b/.exec(mail.Text)?.[0] ?? '';
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`No mail number ${number} for ${address}`);
}

interface MessageList {
  readonly messages: readonly { readonly ID: string; readonly To: readonly { readonly Address: string }[] }[];
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
