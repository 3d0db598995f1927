import { Inject } from '@nestjs/common';
import { Command, Help, Option } from 'nest-commander';
import { Deliveries, WebhookSender } from '@app/events';
import { WorkerHeartbeats } from '@app/owed-work';
import { Environment, EXIT_CONFIGURATION, hasRedis, Migrations, Sql, within } from '@app/runtime';
import { Configuration } from '../configuration';
import { helpText } from '../root-command';
import { BaseCommand, type ReportOptions } from '../base-command';
import { counted, createColors } from '../terminal/format';
import { ConfigurationCheck } from './configuration.check';
import { DatabaseCheck } from './database.check';
import { Findings, type Check, type Finding, type Verdict } from './finding';
import { RedisCheck } from './redis.check';
import { SMTP_TIMEOUT_MS, SmtpCheck } from './smtp.check';
import { WebhookCheck } from './webhook.check';
import { WorkCheck } from './work.check';

/** Longest wait for one check: they run concurrently, and none can hold up the rest. */
const CHECK_TIMEOUT_MS = SMTP_TIMEOUT_MS + 1_000;

interface DoctorOptions extends ReportOptions {
  readonly ping?: boolean;
}

@Command({
  name: 'doctor',
  description: 'check the configuration and every dependency, and say how to fix what is wrong',
})
export class DoctorCommand extends BaseCommand {
  constructor(
    private readonly configuration: Configuration,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Sql) private readonly sql: Sql,
    private readonly migrations: Migrations,
    @Inject(WorkerHeartbeats) private readonly heartbeats: WorkerHeartbeats,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(WebhookSender) private readonly webhooks: WebhookSender,
  ) {
    super();
  }

  @Option({ flags: '--ping', description: 'also send one signed ping to WEBHOOK_URL' })
  parsePing(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return helpText(
      `It changes nothing but a mark in Redis, which the service leaves there as well: run it at any time, next to
the service and with the service's environment. It checks the configuration, every dependency, and the work: mails
and events that wait, and whether a worker is alive.
✓ passed, ! could be better, ✗ failed. Status 1 where there is a ✗, 78 where the configuration cannot be
used. It answers within ten seconds, whatever is down. With --json each finding has an id that stays.`,
      {
        doctor: 'everything',
        'doctor --ping': 'and whether the receiver of the webhook verifies what is signed',
        'doctor --json': '{"healthy": true, "findings": […]}',
      },
    );
  }

  async run(_arguments: string[], options: DoctorOptions): Promise<void> {
    const { fault } = this.configuration;
    const findings = fault === null ? await this.checkAll(options.ping === true) : faults(fault.faults);
    const healthy = findings.every(({ verdict }) => verdict !== 'failed');
    this.report(options, { healthy, findings }, inWords(findings));
    if (!healthy) process.exitCode = fault === null ? 1 : EXIT_CONFIGURATION;
  }

  private async checkAll(ping: boolean): Promise<Finding[]> {
    const checks: Check[] = [
      new ConfigurationCheck(this.configuration),
      new DatabaseCheck(this.environment, this.sql, this.migrations),
      ...(hasRedis(this.environment) ? [new RedisCheck(this.environment)] : []),
      new SmtpCheck(this.environment),
      ...(this.environment.WEBHOOK_URL === ''
        ? []
        : [new WebhookCheck(this.environment, this.webhooks, ping)]),
      new WorkCheck(this.environment, this.sql, this.heartbeats, this.deliveries),
    ];
    return (await Promise.all(checks.map(runCheck))).flat();
  }
}

async function runCheck(check: Check): Promise<readonly Finding[]> {
  const findings = new Findings(check.about);
  try {
    const late = () => new Error(`no answer within ${CHECK_TIMEOUT_MS / 1_000} s`);
    await within(Promise.resolve(check.run(findings)), CHECK_TIMEOUT_MS, late);
  } catch (error) {
    findings.fail(
      'check.timeout',
      (error as Error).message,
      'It is frozen, or the way to it is: look at it, and at the network.',
    );
  }
  return [...findings.list];
}

function faults(lines: readonly string[]): Finding[] {
  const findings = new Findings('Configuration');
  for (const line of lines)
    findings.fail('config.invalid', line, 'Correct this variable in the environment or in .env.');
  return findings.list;
}

const SIGN: Record<Verdict, string> = { ok: '✓', warning: '!', failed: '✗' };

function inWords(findings: readonly Finding[]): string {
  const colors = createColors(process.stdout);
  const paint = { ok: colors.green, warning: colors.yellow, failed: colors.red };
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.flatMap(({ about, verdict, message, fix }) => [
    `${paint[verdict](SIGN[verdict])} ${about.padEnd(width)}  ${message}`,
    ...(fix === undefined ? [] : [`  ${' '.repeat(width)}  ${colors.dim('→')} ${fix}`]),
  ]);
  const count = (verdict: Verdict): number => findings.filter((each) => each.verdict === verdict).length;
  return [
    ...lines,
    '',
    `${count('ok')} passed, ${counted(count('warning'), 'warning')}, ${count('failed')} failed.`,
  ].join('\n');
}
