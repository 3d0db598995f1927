import { styleText } from 'node:util';
import { Inject } from '@nestjs/common';
import { Command, Option } from 'nest-commander';
import { Deliveries, WebhookSender } from '@app/events';
import { WorkerHeartbeats } from '@app/owed-work';
import { Environment, EXIT_CONFIGURATION, hasRedis, Migrations, Sql, within } from '@app/runtime';
import { Configuration } from '../configuration';
import { BaseCommand, type ReportOptions } from '../base-command';
import { counted } from '../terminal/format';
import { ConfigurationCheck } from './configuration.check';
import { DatabaseCheck } from './database.check';
import { Findings, type Check, type Finding, type Verdict } from './finding';
import { RedisCheck } from './redis.check';
import { SMTP_TIMEOUT_MS, SmtpCheck } from './smtp.check';
import { WebhookCheck } from './webhook.check';
import { WorkCheck } from './work.check';

/** Time limit of one check. The checks run concurrently, so a slow one does not delay the others. */
const CHECK_TIMEOUT_MS = SMTP_TIMEOUT_MS + 1_000;

interface DoctorOptions extends ReportOptions {
  readonly ping?: boolean;
}

@Command({
  name: 'doctor',
  description: 'check the configuration and every dependency, and explain how to fix problems',
})
export class DoctorCommand extends BaseCommand {
  protected readonly explanation = `
Safe to run at any time, while the service is running and with the same environment: it changes nothing except
a marker key in Redis, which the service writes too. It checks the configuration, every dependency, waiting
mails and events, and whether a worker is running.
✓ passed, ! warning, ✗ failed. The exit status is 1 if a check failed, and 78 if the configuration is invalid.
It finishes within ten seconds, even if dependencies are down. With --json every finding has a stable id.`;
  protected readonly examples = {
    doctor: 'check everything',
    'doctor --ping': 'also check that the webhook receiver verifies signatures',
    'doctor --json': '{"healthy": true, "findings": […]}',
  };

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

  @Option({ flags: '--ping', description: 'also send a signed ping to WEBHOOK_URL' })
  parsePing(): boolean {
    return true;
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
      'It may be frozen, or the network may drop packets: check both.',
    );
  }
  return [...findings.list];
}

function faults(lines: readonly string[]): Finding[] {
  const findings = new Findings('Configuration');
  for (const line of lines)
    findings.fail('config.invalid', line, 'Correct this variable in the environment or in the .env file.');
  return findings.list;
}

const SIGN: Record<Verdict, string> = {
  ok: styleText('green', '✓'),
  warning: styleText('yellow', '!'),
  failed: styleText('red', '✗'),
};

function inWords(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.flatMap(({ about, verdict, message, fix }) => [
    `${SIGN[verdict]} ${about.padEnd(width)}  ${message}`,
    ...(fix === undefined ? [] : [`  ${' '.repeat(width)}  ${styleText('dim', '→')} ${fix}`]),
  ]);
  const count = (verdict: Verdict): number => findings.filter((each) => each.verdict === verdict).length;
  return [
    ...lines,
    '',
    `${count('ok')} passed, ${counted(count('warning'), 'warning')}, ${count('failed')} failed.`,
  ].join('\n');
}
