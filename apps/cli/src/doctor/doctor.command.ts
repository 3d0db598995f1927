import { Inject } from '@nestjs/common';
import { Command, Help } from 'nest-commander';
import { Environment, EXIT_CONFIGURATION, hasRedis, Migrations, Sql, within } from '@app/runtime';
import { Configuration } from '../configuration';
import { lesson } from '../program';
import { ReportingCommand, type ReportOptions } from '../report';
import { createColors } from '../terminal/words';
import { ConfigurationExamination } from './configuration.examination';
import { DatabaseExamination } from './database.examination';
import { Findings, type Examination, type Finding, type Verdict } from './finding';
import { QueueTablesExamination } from './queue-tables.examination';
import { RedisExamination } from './redis.examination';
import { SmtpExamination } from './smtp.examination';

/** Longest wait for one examination: all of them run at once, and none can hold up the rest. */
const EXAMINATION_TIMEOUT_MS = 5_000;

@Command({
  name: 'doctor',
  description: 'check the configuration and every dependency, and say how to mend what is wrong',
})
export class DoctorCommand extends ReportingCommand {
  constructor(
    private readonly configuration: Configuration,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Sql) private readonly sql: Sql,
    private readonly migrations: Migrations,
  ) {
    super();
  }

  @Help('after')
  help(): string {
    return lesson(
      `It looks and changes nothing: run it any time, beside the service and with the service's environment.
✓ is well, ! works and could be better, ✗ does not work. Status 1 where there is a ✗, 78 where the
configuration cannot be used. It answers within ten seconds, whatever is down.`,
      { doctor: 'everything', 'doctor --json': '{"healthy": true, "findings": […]}' },
    );
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const { fault } = this.configuration;
    const findings = fault === null ? await this.examineAll() : faults(fault.faults);
    const healthy = findings.every(({ verdict }) => verdict !== 'failed');
    this.report(options, { healthy, findings }, inWords(findings));
    if (!healthy) process.exitCode = fault === null ? 1 : EXIT_CONFIGURATION;
  }

  private async examineAll(): Promise<Finding[]> {
    const examinations: Examination[] = [
      new ConfigurationExamination(this.environment),
      new DatabaseExamination(this.environment, this.sql, this.migrations),
      hasRedis(this.environment)
        ? new RedisExamination(this.environment)
        : new QueueTablesExamination(this.environment),
      new SmtpExamination(this.environment),
    ];
    return (await Promise.all(examinations.map(examine))).flat();
  }
}

async function examine(examination: Examination): Promise<readonly Finding[]> {
  const findings = new Findings(examination.about);
  try {
    const late = () => new Error(`no answer within ${EXAMINATION_TIMEOUT_MS / 1_000} s`);
    await within(Promise.resolve(examination.examine(findings)), EXAMINATION_TIMEOUT_MS, late);
  } catch (error) {
    findings.fail(
      (error as Error).message,
      'It is frozen, or the way to it is: look at it, and at the network.',
    );
  }
  return [...findings.list];
}

function faults(lines: readonly string[]): Finding[] {
  const findings = new Findings('Configuration');
  for (const line of lines) findings.fail(line, 'Correct this variable in the environment or in .env.');
  return findings.list;
}

const SIGN: Record<Verdict, string> = { ok: '✓', warning: '!', failed: '✗' };

function inWords(findings: readonly Finding[]): string {
  const colors = createColors(process.stdout);
  const paint = { ok: colors.green, warning: colors.yellow, failed: colors.red };
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.flatMap(({ about, verdict, message, mend }) => [
    `${paint[verdict](SIGN[verdict])} ${about.padEnd(width)}  ${message}`,
    ...(mend === undefined ? [] : [`  ${' '.repeat(width)}  ${colors.dim('→')} ${mend}`]),
  ]);
  const count = (verdict: Verdict): number => findings.filter((each) => each.verdict === verdict).length;
  return [
    ...lines,
    '',
    `${count('ok')} well, ${count('warning')} to look at, ${count('failed')} wrong.`,
  ].join('\n');
}
