import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { canonicalLocale, DEFAULT_LOCALE, type Locale, type MailContent } from '@app/mail';
import { MailTemplates, sendOnce } from '@app/mail/smtp';
import { Environment } from '@app/runtime';
import { oneOf } from '../arguments';
import { BaseCommand, type ReportOptions } from '../base-command';

const FORMATS = ['html', 'text'] as const;

interface PreviewOptions extends ReportOptions {
  readonly template: MailContent['kind'];
  readonly locale: Locale;
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly open?: boolean;
  readonly to?: string;
}

const TEMPLATES: MailContent['kind'][] = ['activation_code', 'address_taken'];

@SubCommand({ name: 'preview', description: 'show a mail in one of the languages' })
export class MailPreviewCommand extends BaseCommand {
  protected readonly explanation = `
Without --to nothing is sent, and neither a database nor a mail server is needed. The code is an example; its
length, its lifetime and the name of the service come from the configuration.`;
  protected readonly examples = {
    'mail preview --output mail.html': 'then open mail.html in a browser',
    'mail preview --locale de --open': 'show the German mail in the browser',
    'mail preview --to me@example.com': 'send a mail to yourself',
    'mail preview --language fr --format text': 'print the French text',
    'mail preview --template address_taken --json': 'print subject, text and HTML of the other mail',
  };

  constructor(@Inject(Environment) private readonly environment: Environment) {
    super();
  }

  @Option({
    flags: '--template <name>',
    description: 'name of the mail',
    choices: TEMPLATES,
    defaultValue: 'activation_code',
  })
  parseTemplate(given: string): MailContent['kind'] {
    return oneOf(given, TEMPLATES);
  }

  @Option({
    flags: '--language, --locale <code>',
    description: 'language: a built-in one, or one of MAIL_TEMPLATES_DIR',
    defaultValue: DEFAULT_LOCALE,
  })
  // commander names an option after its last long flag.
  parseLocale(given: string): Locale {
    return oneOf(canonicalLocale(given) ?? given, this.templates().locales);
  }

  @Option({
    flags: '--format <format>',
    description: 'HTML or plain text',
    choices: [...FORMATS],
    defaultValue: 'html',
  })
  parseFormat(given: string): (typeof FORMATS)[number] {
    return oneOf(given, FORMATS);
  }

  @Option({ flags: '--output <file>', description: 'write to a file instead of standard output' })
  parseOutput(given: string): string {
    return given;
  }

  @Option({ flags: '--open', description: 'write the HTML to a file and open it in the browser' })
  parseOpen(): boolean {
    return true;
  }

  @Option({
    flags: '--to <address>',
    description: 'send the mail to this address through the configured mail server',
  })
  parseTo(given: string): string {
    return given;
  }

  async run(_arguments: string[], options: PreviewOptions): Promise<void> {
    const { locale, format, to } = options;
    const content = this.sample(options.template);
    if (to !== undefined) {
      const outcome = await sendOnce(this.environment, { id: randomUUID(), to, locale, content });
      if (outcome.kind !== 'sent') throw new Error(`Not sent: ${outcome.reason}`);
      this.report(options, { sent: true }, 'Sent.');
      return;
    }
    const mail = this.templates().render(content, locale);
    const output = options.output ?? (options.open ? await temporaryFile() : undefined);
    if (output === undefined) {
      this.report(options, mail, mail[format].trimEnd());
      return;
    }
    await writeFile(output, mail[format]);
    this.report(
      options,
      { file: output, subject: mail.subject },
      `Wrote ${output} (subject: ${mail.subject})`,
    );
    if (options.open) openInBrowser(output);
  }

  /** @throws {TemplateFault} if the mailer-worker would not start with them */
  private templates(): MailTemplates {
    const templates = new MailTemplates(this.environment);
    templates.check();
    return templates;
  }

  private sample(template: MailContent['kind']): MailContent {
    if (template === 'address_taken') return { kind: template };
    const { ACTIVATION_CODE_LENGTH: length, ACTIVATION_CODE_EXPIRY_SECONDS: expiresInSeconds } =
      this.environment;
    return { kind: template, code: '12345678'.slice(0, length), expiresInSeconds };
  }
}

const temporaryFile = async (): Promise<string> =>
  path.join(await mkdtemp(path.join(tmpdir(), 'mail-preview-')), 'mail.html');

/** Without a desktop, the printed path must suffice. */
function openInBrowser(file: string): void {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  spawn(opener, [file], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
