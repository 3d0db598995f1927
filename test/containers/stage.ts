import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { docker, eventually, run } from './engine';

const ROOT = path.resolve(__dirname, '../..');
const PROJECT = 'user-registration-test';
const PASSWORD = 'SecurePass123';

/** The .env of a deployment. */
export const DOT_ENV = {
  VERSION: 'test',
  APP_NAME: 'Container Test',
  TRUST_PROXY: '1',
  BCRYPT_COST: '10',
  WEB_CONCURRENCY: '1',
  RATE_LIMIT_REGISTRATION_PER_HOUR: '1000000',
  RATE_LIMIT_CLIENT_PER_MINUTE: '1000000',
  RATE_LIMIT_GLOBAL_PER_MINUTE: '1000000',
  RATE_LIMIT_ACTIVATION_PER_MINUTE: '1000',
  ACTIVATION_CODE_EXPIRY_SECONDS: '600',
};

interface Mail {
  readonly ID: string;
  readonly To: readonly { readonly Address: string }[];
}

/** The unchanged stack, in its own folder with its own .env, and a proxy in front of it. */
export class Stage {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'containers-'));
  private people = 0;

  constructor() {
    for (const name of ['docker-compose.yml', 'docker-compose.smtp.yml', 'deploy']) {
      cpSync(path.join(ROOT, name), path.join(this.folder, name), { recursive: true });
    }
    for (const name of ['compose.yml', 'nginx.conf'])
      cpSync(path.join(__dirname, name), path.join(this.folder, name));
    const lines = Object.entries(DOT_ENV).map(([name, value]) => `${name}="${value}"\n`);
    writeFileSync(path.join(this.folder, '.env'), lines.join(''));
  }

  compose(...args: readonly string[]): Promise<string> {
    return this.composeOf(['docker-compose.yml', 'compose.yml'], args);
  }

  /** The same stack with the mail server from the variables. */
  composeWithMailServer(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<string> {
    return this.composeOf(['docker-compose.yml', 'docker-compose.smtp.yml', 'compose.yml'], args, env);
  }

  private composeOf(
    files: readonly string[],
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<string> {
    const options = [...files.flatMap((file) => ['-f', file]), '--profile', 'observability'];
    return run('docker', ['compose', '-p', PROJECT, ...options, ...args], { cwd: this.folder, env });
  }

  /** Resolves to the duration in seconds. */
  async up(): Promise<number> {
    const started = performance.now();
    await this.compose('up', '--detach', '--wait', '--wait-timeout', '240');
    return (performance.now() - started) / 1_000;
  }

  async remove(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
    rmSync(this.folder, { recursive: true });
  }

  /** Ids of a service's containers, in the order of their numbers. */
  async containers(...services: readonly string[]): Promise<string[]> {
    return (await this.compose('ps', '--quiet', ...services)).split('\n').filter(Boolean);
  }

  async network(name: string): Promise<string> {
    return docker('network', 'inspect', '--format', '{{.Name}}', `${PROJECT}_${name}`);
  }

  /** The address at which a container's port is published. */
  async url(service: string, port: number): Promise<string> {
    return `http://${await this.compose('port', service, String(port))}`;
  }

  async register(api: string): Promise<{ email: string; status: number }> {
    const email = `person${(this.people += 1)}@example.com`;
    const answer = await fetch(`${api}/api/v1/users/register`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
      signal: AbortSignal.timeout(10_000),
    });
    await answer.body?.cancel();
    return { email, status: answer.status };
  }

  async activate(api: string, email: string): Promise<number> {
    const code = await eventually(() => this.code(email), 40);
    const answer = await fetch(`${api}/api/v1/users/activate`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Basic ${Buffer.from(`${email}:${PASSWORD}`).toString('base64')}`,
      },
      body: JSON.stringify({ activation_code: code }),
      signal: AbortSignal.timeout(10_000),
    });
    await answer.body?.cancel();
    return answer.status;
  }

  /** From sign-up to an activated account. @throws {Error} with an unexpected status */
  async onboard(api: string): Promise<void> {
    const { email, status } = await this.register(api);
    if (status !== 201) throw new Error(`The registration was answered ${status}`);
    const activated = await this.activate(api, email);
    if (activated !== 200) throw new Error(`The activation was answered ${activated}`);
  }

  /** The code in the mail to an address. @throws {Error} while there is none */
  private async code(email: string): Promise<string> {
    return codeIn(await this.url('mailpit', 8025), email);
  }
}

/** The code in the mail to an address that an inbox has. @throws {Error} while there is none */
export async function codeIn(inbox: string, email: string): Promise<string> {
  const list = (await (await fetch(`${inbox}/api/v1/messages?limit=5000`)).json()) as { messages: Mail[] };
  const mail = list.messages.find(({ To }) => To.some(({ Address }) => Address === email));
  if (mail === undefined) throw new Error(`No mail to ${email} among ${list.messages.length}`);
  const { Text } = (await (await fetch(`${inbox}/api/v1/message/${mail.ID}`)).json()) as { Text: string };
  const [, code] = /^(\d{4,8})\b/.exec(Text) ?? [];
  if (code === undefined) throw new Error(`There is no code in the mail: ${Text}`);
  return code;
}
