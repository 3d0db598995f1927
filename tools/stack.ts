import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startInbox, type Inbox } from './inbox/inbox';
import { EmbeddedPostgres } from './postgres';
import { Child } from './processes/child';
import { freePort, isFree } from './processes/ports';
import { PORT_VARIABLES, type Ports } from './settings';

const STATE_FOLDER = path.resolve('.data');
const READY_TIMEOUT_MS = 60_000;
/** A little more than the apps' own 30 s for requests in flight. */
const STOP_TIMEOUT_MS = 40_000;
const DATABASE = 'user_registration';

/** PostgreSQL, the inbox, the migrations and both apps: started in that order, stopped in the other one. */
export class Stack {
  private postgres: EmbeddedPostgres | undefined;
  private inbox: Inbox | undefined;
  private apps: Child[] = [];

  constructor(
    private readonly ports: Ports,
    private readonly print: (name: string, line: string) => void,
  ) {}

  /** @throws {Error} that says what to do */
  async start(report: (step: string) => void): Promise<void> {
    await this.checkPorts();
    mkdirSync(STATE_FOLDER, { recursive: true, mode: 0o700 });
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      SMTP_HOST: process.env['SMTP_HOST'] ?? '127.0.0.1',
      SMTP_PORT: String(this.ports.smtp),
      ...(process.env['DATABASE_HOST'] ? {} : await this.startPostgres(report)),
    };
    this.inbox = await startInbox(this.ports.smtp, this.ports.inbox);
    report('Applying migrations…');
    await this.migrate(env);
    report('Starting api and mailer-worker…');
    const app = (name: string): Child =>
      new Child(name, [`dist/apps/${name}/src/main.js`], env, (line) => this.print(name, line));
    this.apps = [app('api'), app('mailer-worker')];
    await Promise.all([this.ready('api', this.ports.api), this.ready('mailer-worker', this.ports.worker)]);
  }

  /** Resolves to the first app that ends. */
  firstDeath(): Promise<Child> {
    return Promise.race(this.apps.map((app) => app.exit().then(() => app)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.apps.map((app) => app.stop(STOP_TIMEOUT_MS)));
    await this.inbox?.close();
    await this.postgres?.stop();
  }

  /** Ends the apps at once. PostgreSQL is asked, not killed: it has files to close. */
  kill(): void {
    for (const app of this.apps) app.signal('SIGKILL');
    if (this.postgres?.pid !== undefined) process.kill(this.postgres.pid, 'SIGINT');
  }

  private async checkPorts(): Promise<void> {
    const taken: string[] = [];
    for (const [name, port] of Object.entries(this.ports) as [keyof Ports, number][]) {
      if (!(await isFree(port))) {
        taken.push(`Port ${port} (${name}) is taken. Move it: ${PORT_VARIABLES[name]}=${port + 10} make run`);
      }
    }
    if (taken.length > 0) throw new Error(taken.join('\n'));
  }

  private async startPostgres(report: (step: string) => void): Promise<NodeJS.ProcessEnv> {
    report('Starting PostgreSQL…');
    const port = await freePort();
    const password = readOrCreatePassword();
    this.postgres = new EmbeddedPostgres({ directory: path.join(STATE_FOLDER, 'postgres'), port, password });
    await this.postgres.start();
    await this.postgres.createDatabase(DATABASE);
    return {
      DATABASE_HOST: '127.0.0.1',
      DATABASE_PORT: String(port),
      DATABASE_NAME: DATABASE,
      DATABASE_USER: EmbeddedPostgres.user,
      DATABASE_PASSWORD: password,
      DATABASE_SSL: 'disable',
    };
  }

  private async migrate(env: NodeJS.ProcessEnv): Promise<void> {
    const cli = new Child('migrate', ['dist/apps/cli/src/main.js', 'db', 'migrate'], env);
    const status = await cli.exit();
    if (status !== 0) throw new Error(`The migrations failed:\n${cli.tail.join('\n')}`);
  }

  private async ready(name: string, port: number): Promise<void> {
    const app = this.apps.find((each) => each.name === name);
    const deadline = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      const probe = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      await probe?.body?.cancel();
      if (probe?.ok) return;
      if (app === undefined || !app.running || Date.now() > deadline) {
        throw new Error(`${name} did not start. It said last:\n${app?.tail.join('\n') ?? ''}`);
      }
      await pause(50);
    }
  }
}

/** Made once, kept beside the data it opens, readable by its owner alone. */
function readOrCreatePassword(): string {
  const file = path.join(STATE_FOLDER, 'postgres-password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}
