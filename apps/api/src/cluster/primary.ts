import { setTimeout as pause } from 'node:timers/promises';
import { MergedScrape } from '@app/metrics';
import { GRACE_MS, shutdownTimeoutMs, StartError, type Environment, type Logger } from '@app/runtime';
import { ApiProcess, type Exit } from './api-process';
import { RestartDelay } from './restart-delay';
import { HEARTBEAT_MS } from './messages';
import { SharedPort } from './shared-port';

const START_TIMEOUT_MS = 30_000;
const SHOW_TIMEOUT_MS = 1_000;

/**
 * Keeps `WEB_CONCURRENCY` api processes behind the port, and behind the operations port if there is one. Replaces
 * processes that die, and those to be renewed one by one, each only after its successor answers. It serves no requests
 * itself.
 */
export class Primary {
  private readonly processes = new Set<ApiProcess>();
  private readonly port = new SharedPort(() => this.free(this.staying()));
  /** Also runs during shutdown, so that the processes still running can answer the last scrape. */
  private readonly operatorsPort = new SharedPort(() => {
    const staying = this.free(this.staying());
    return staying.length > 0 ? staying : this.free([...this.processes]);
  });
  private readonly restartDelay = new RestartDelay();
  private readonly metrics = new MergedScrape();
  /** Processes that wait for a successor. */
  private readonly queued = new Set<ApiProcess>();
  private turn: Promise<void> = Promise.resolve();
  private reading: Promise<string> | undefined;
  private started = false;
  private ending = false;

  constructor(
    private readonly environment: Environment,
    private readonly logger: Logger,
  ) {}

  /** @throws {StartError} if the port is taken, or no process starts to answer; they have logged the reason */
  async start(): Promise<void> {
    await this.port.listen(this.environment, 'api');
    if (this.environment.OPERATIONS_PORT !== 0)
      await this.operatorsPort.listen(this.environment, 'operations');
    const all = Array.from({ length: this.environment.WEB_CONCURRENCY }, () => this.spawn());
    setInterval(() => this.inspect(), HEARTBEAT_MS);
    const up = await Promise.all(all.map((each) => each.start(START_TIMEOUT_MS)));
    if (this.ending) return;
    if (!up.includes(true)) {
      this.killAll();
      throw new StartError('The api processes did not start; the lines above say why');
    }
    this.started = true;
    // A process that was ended during startup by something else than its startup.
    while (this.lacksProcesses()) void this.spawn().start(START_TIMEOUT_MS);
  }

  /** Replaces every process without dropping a request. */
  replaceAll(): void {
    for (const each of this.staying()) this.replace(each, 'SIGHUP');
  }

  /** Shuts all processes down gracefully; resolves to the exit status. */
  async stop(): Promise<number> {
    this.ending = true;
    const end = performance.now() + shutdownTimeoutMs(this.environment.SHUTDOWN_TIMEOUT_SECONDS);
    // A process that does not answer yet has nothing to finish.
    for (const each of this.processes) if (!each.up) each.kill();
    const answering = [...this.processes].filter(({ up }) => up);
    for (const each of answering) each.sendMessage({ do: 'turn-away' });
    await this.port.close(GRACE_MS);
    const exits = await Promise.all(answering.map((each) => each.leave(false, end - performance.now())));
    await Promise.all([...this.processes].map(({ ended }) => ended));
    return exits.every(({ code }) => code === 0) ? 0 : 1;
  }

  killAll(): void {
    for (const each of this.processes) each.kill();
  }

  private free(processes: readonly ApiProcess[]): ApiProcess[] {
    return processes.filter(({ free }) => free);
  }

  private staying(): ApiProcess[] {
    return [...this.processes].filter(({ leaving }) => !leaving);
  }

  private lacksProcesses(): boolean {
    return this.started && !this.ending && this.staying().length < this.environment.WEB_CONCURRENCY;
  }

  private spawn(): ApiProcess {
    const one = new ApiProcess({
      metrics: ({ id }, exposition) => this.metrics.show(id, exposition),
      scrape: (requester) => void this.scrape(requester),
      signalled: (requester) => this.replace(requester, 'SIGTERM'),
      ready: () => [this.port, this.operatorsPort].forEach((port) => port.placeWaiting()),
    });
    this.processes.add(one);
    void one.ended.then((exit) => this.remove(one, exit));
    return one;
  }

  private async remove(one: ApiProcess, exit: Exit): Promise<void> {
    this.processes.delete(one);
    this.metrics.end(one.id);
    if (one.leaving || !this.lacksProcesses()) return;
    const waitMs = this.restartDelay.after(one.ageMs, one.answered);
    this.logger.error({ ended: one.pid, ...exit, wait_ms: waitMs }, 'An api process died; starting another');
    await pause(waitMs);
    if (this.lacksProcesses()) await this.spawn().start(START_TIMEOUT_MS);
  }

  /** One at a time: there is never more than one extra process, and never one too few. */
  private replace(old: ApiProcess, reason: string): void {
    if (this.queued.has(old) || this.ending) return;
    this.queued.add(old);
    this.turn = this.turn.then(async () => {
      if (!this.ending && this.processes.has(old)) await this.succeed(old, reason);
      this.queued.delete(old);
    });
  }

  private async succeed(old: ApiProcess, reason: string): Promise<void> {
    const successor = this.spawn();
    if (await successor.start(START_TIMEOUT_MS)) {
      this.logger.info({ replaced: old.pid, by: successor.pid, reason }, 'Replaced an api process');
      await old.leave(true, shutdownTimeoutMs(this.environment.SHUTDOWN_TIMEOUT_SECONDS));
    } else {
      this.logger.error({ kept: old.pid, reason }, 'The successor of an api process did not start');
      await pause(this.restartDelay.after(0, false));
    }
  }

  private inspect(): void {
    const { WEB_PROCESS_MAX_AGE_SECONDS: age, WEB_PROCESS_MAX_MEMORY_MB: memory } = this.environment;
    for (const each of this.processes) {
      const verdict = each.watch.verdict(each.up);
      if (verdict !== undefined) {
        this.logger.error({ killed: each.pid, verdict }, 'An api process hangs');
        each.kill();
      } else if (each.leaving) continue;
      else if (age > 0 && each.ageMs > age * 1_000) this.replace(each, 'age');
      else if (memory > 0 && each.rss > memory * 1_048_576) this.replace(each, 'memory');
    }
  }

  private async scrape(requester: ApiProcess): Promise<void> {
    this.reading ??= this.readAll().finally(() => (this.reading = undefined));
    requester.sendMessage({ do: 'read', text: await this.reading });
  }

  /** A process that does not respond in time is represented by its last metrics. */
  private async readAll(): Promise<string> {
    await Promise.all([...this.processes].map((each) => each.show(SHOW_TIMEOUT_MS)));
    return await this.metrics.text();
  }
}
