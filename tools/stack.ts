import { setTimeout as pause } from 'node:timers/promises';
import { startInbox, type Inbox } from './inbox/inbox';
import { EmbeddedPostgres } from './postgres/embedded-postgres';
import { Child } from './processes/child';
import { claim } from './processes/claim';
import { isFree } from './processes/ports';
import { PORT_VARIABLES, type Settings } from './settings';
import { lastLines } from './terminal';
import { databaseVariables, openState, POSTGRES_FOLDER, POSTGRES_ALTERNATIVE, RUN_FILE } from './state';

const READY_TIMEOUT_MS = 60_000;
/** A little more than the apps' own 30 s for requests in flight. */
const STOP_TIMEOUT_MS = 35_000;

/** PostgreSQL, the inbox, the migrations and both apps: started in that order, stopped in reverse. */
export class Stack {
  private postgres: EmbeddedPostgres | undefined;
  private inbox: Inbox | undefined;
  private readonly apps: Child[] = [];
  private starting: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly settings: Settings,
    private readonly print: (name: string, line: string) => void,
  ) {}

  /** @throws {Error} with what to do */
  async start(report: (step: string) => void): Promise<void> {
    this.starting = this.bringUp(report);
    await this.starting;
  }

  /** Resolves to the first process that ends. */
  firstDeath(): Promise<Child> {
    const children = [...this.apps, ...(this.postgres?.server ? [this.postgres.server] : [])];
    return Promise.race(children.map((child) => child.exit().then(() => child)));
  }

  /** Stops from the outside in, also during a start, whose current step is finished first. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.apps.map((app) => app.stop(STOP_TIMEOUT_MS)));
    await this.starting.catch(() => {});
    await this.inbox?.close();
    await this.postgres?.stop();
  }

  /** Kills the apps immediately. PostgreSQL is not killed: it needs a moment to close its files. */
  kill(): void {
    for (const app of this.apps) app.kill();
  }

  private async bringUp(report: (step: string) => void): Promise<void> {
    const { ports, ownDatabase, ownInbox } = this.settings;
    openState();
    claim(RUN_FILE);
    await this.checkPorts();
    const database = ownDatabase ? await this.startPostgres(report) : {};
    if (ownInbox) this.inbox = await startInbox(ports.smtp, ports.inbox, `http://127.0.0.1:${ports.api}`);
    const mail = ownInbox ? { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(ports.smtp) } : {};
    const env = { NODE_ENV: 'development', ...process.env, ...mail, ...database };

    report('Applying migrations…');
    const migrate = this.launch('migrate', ['dist/apps/cli/src/main.js', 'db', 'migrate'], env);
    const status = await migrate.exit();
    if (status !== 0) throw new Error(`The migrations failed. ${lastLines(migrate.tail)}`);
    this.apps.pop();

    report('Starting api and mailer-worker…');
    const api = this.launch('api', ['dist/apps/api/src/main.js'], env);
    const worker = this.launch('mailer-worker', ['dist/apps/mailer-worker/src/main.js'], env);
    await Promise.all([this.ready(api, ports.api), this.ready(worker, ports.worker)]);
  }

  private async checkPorts(): Promise<void> {
    const { ports, ownInbox } = this.settings;
    const taken: string[] = [];
    for (const [name, port] of Object.entries(ports) as [keyof typeof ports, number][]) {
      if ((name === 'inbox' || name === 'smtp') && !ownInbox) continue;
      if (await isFree(port)) continue;
      taken.push(`Port ${port} (${name}) is taken. Move it: ${PORT_VARIABLES[name]}=${port + 10} make run`);
    }
    if (taken.length > 0) throw new Error(taken.join('\n'));
  }

  private async startPostgres(report: (step: string) => void): Promise<NodeJS.Dict<string>> {
    report('Starting PostgreSQL…');
    const variables = await databaseVariables();
    this.postgres = new EmbeddedPostgres({
      directory: POSTGRES_FOLDER,
      alternative: POSTGRES_ALTERNATIVE,
      port: Number(variables.DATABASE_PORT),
      password: variables.DATABASE_PASSWORD,
    });
    await this.postgres.start();
    await this.postgres.createDatabase(variables.DATABASE_NAME);
    return variables;
  }

  private launch(name: string, args: string[], env: NodeJS.ProcessEnv): Child {
    if (this.stopped) throw new Error('Stopped while starting');
    const onLine = (line: string): void => this.print(name, line);
    const child = new Child(name, { command: process.execPath, args, env, onLine });
    this.apps.push(child);
    return child;
  }

  private async ready(app: Child, port: number): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      const probe = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      await probe?.body?.cancel();
      if (probe?.ok) return;
      const why = app.running ? `is not ready after ${READY_TIMEOUT_MS / 1_000} s` : 'did not start';
      if (!app.running || Date.now() > deadline) {
        throw new Error(`${app.name} ${why}. ${lastLines(app.tail)}`);
      }
      await pause(50);
    }
  }
}
