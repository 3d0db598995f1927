import { styleText } from 'node:util';
import type { Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Command, Option } from 'nest-commander';
import { EXIT_CONFIGURATION, within } from '@app/runtime';
import { Configuration } from '../configuration';
import { BaseCommand, type ReportOptions } from '../base-command';
import { counted } from '../terminal/format';
import { ConfigurationCheck } from './configuration.check';
import { DatabaseCheck } from './database.check';
import { Findings, type Check, type CheckOptions, type Finding, type Verdict } from './finding';
import { RedisCheck } from './redis.check';
import { SMTP_TIMEOUT_MS, SmtpCheck } from './smtp.check';
import { WebhookCheck } from './webhook.check';
import { WorkCheck } from './work.check';

/** Time limit of one check. The checks run concurrently, so a slow one does not delay the others. */
const CHECK_TIMEOUT_MS = SMTP_TIMEOUT_MS + 1_000;

type DoctorOptions = ReportOptions & CheckOptions;

/** Providers, in the order of the report. */
export const DOCTOR_CHECKS: Type<Check>[] = [
  ConfigurationCheck,
  DatabaseCheck,
  RedisCheck,
  SmtpCheck,
  WebhookCheck,
  WorkCheck,
];

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
    private readonly modules: ModuleRef,
  ) {
    super();
  }

  @Option({ flags: '--ping', description: 'also send a signed ping to WEBHOOK_URL' })
  parsePing(): boolean {
    return true;
  }

  async run(_arguments: string[], options: DoctorOptions): Promise<void> {
    const { fault } = this.configuration;
    const findings = fault === null ? await this.checkAll(options) : faults(fault.faults);
    const healthy = findings.every(({ verdict }) => verdict !== 'failed');
    this.report(options, { healthy, findings }, inWords(findings));
    if (!healthy) process.exitCode = fault === null ? 1 : EXIT_CONFIGURATION;
  }

  private async checkAll(options: DoctorOptions): Promise<Finding[]> {
    const checks = DOCTOR_CHECKS.map((check) => this.modules.get(check));
    return (await Promise.all(checks.map((check) => runCheck(check, options)))).flat();
  }
}

async function runCheck(check: Check, options: CheckOptions): Promise<readonly Finding[]> {
  const findings = new Findings(check.about);
  try {
    const late = () => new Error(`no answer within ${CHECK_TIMEOUT_MS / 1_000} s`);
    await within(Promise.resolve(check.run(findings, options)), CHECK_TIMEOUT_MS, late);
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
