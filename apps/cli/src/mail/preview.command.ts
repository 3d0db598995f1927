import { writeFile } from 'node:fs/promises';
import { Inject } from '@nestjs/common';
import { Help, Option, SubCommand } from 'nest-commander';
import { DEFAULT_LOCALE, MailTemplates, SHIPPED_LOCALES, type Locale, type MailContent } from '@app/mail';
import { Environment } from '@app/runtime';
import { oneOf } from '../arguments';
import { helpText } from '../root-command';
import { BaseCommand, type ReportOptions } from '../base-command';

const FORMATS = ['html', 'text'] as const;

interface PreviewOptions extends ReportOptions {
  readonly template?: MailContent['kind'];
  readonly language?: Locale;
  readonly format?: (typeof FORMATS)[number];
  readonly output?: string;
}

const TEMPLATES: MailContent['kind'][] = ['activation_code', 'address_taken'];

@SubCommand({ name: 'preview', description: 'show what a mail looks like, in a language' })
export class MailPreviewCommand extends BaseCommand {
  constructor(@Inject(Environment) private readonly environment: Environment) {
    super();
  }

  @Option({
    flags: '--template <name>',
    description: 'the mail',
    choices: TEMPLATES,
    defaultValue: 'activation_code',
  })
  parseTemplate(given: string): MailContent['kind'] {
    return oneOf(given, TEMPLATES);
  }

  @Option({
    flags: '--language <code>',
    description: 'its language',
    choices: [...SHIPPED_LOCALES],
    defaultValue: DEFAULT_LOCALE,
  })
  parseLanguage(given: string): Locale {
    return oneOf(given, SHIPPED_LOCALES);
  }

  @Option({
    flags: '--format <format>',
    description: 'its HTML or its text',
    choices: [...FORMATS],
    defaultValue: 'html',
  })
  parseFormat(given: string): (typeof FORMATS)[number] {
    return oneOf(given, FORMATS);
  }

  @Option({ flags: '--output <file>', description: 'write it to a file instead of the standard output' })
  parseOutput(given: string): string {
    return given;
  }

  @Help('after')
  help(): string {
    return helpText(
      `It sends nothing and needs neither a database nor a mail server. The code in it is made up; name,
length and life of the code are those of the configuration.`,
      {
        'mail preview --output mail.html': 'open mail.html in a browser',
        'mail preview --language fr --format text': 'the French text',
        'mail preview --template address_taken --json': 'subject, text and HTML of the other mail',
      },
    );
  }

  async run(_arguments: string[], options: PreviewOptions): Promise<void> {
    const { template = 'activation_code', language = DEFAULT_LOCALE, format = 'html', output } = options;
    const mail = new MailTemplates(this.environment).render(this.sample(template), language);
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
  }

  private sample(template: MailContent['kind']): MailContent {
    if (template === 'address_taken') return { kind: template };
    const { ACTIVATION_CODE_LENGTH: length, ACTIVATION_CODE_EXPIRY_SECONDS: expiresInSeconds } =
      this.environment;
    return { kind: template, code: '12345678'.slice(0, length), expiresInSeconds };
  }
}
