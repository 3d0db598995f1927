import path from 'node:path';
import type { MailerOptions } from '@nestjs-modules/mailer';
import { HandlebarsAdapter } from '@nestjs-modules/mailer/adapters/handlebars.adapter';
import { ConfigurationError, type Environment } from '@app/runtime';
import { DEFAULT_LOCALE, matchLocale, SHIPPED_LOCALES, type Locale } from '../domain/locale';
import type { MailContent } from '../domain/mailer';
import { mailWords, type MailWords } from './mail-words';
import {
  localesWith,
  MAIL_KINDS,
  MAIL_PARTS,
  readTemplateFolder,
  type MailKind,
  type MailPart,
  type TemplateFolder,
} from './template-folder';

export type RenderedMail = Readonly<Record<MailPart, string>>;

/** The arguments that nodemailer passes to a template adapter. */
interface MailToCompile {
  readonly data: Record<string, unknown>;
}

const SAMPLE_CODE = '48135702';
const SAMPLES: Readonly<Record<MailKind, MailContent>> = {
  activation_code: { kind: 'activation_code', code: SAMPLE_CODE, expiresInSeconds: 600 },
  address_taken: { kind: 'address_taken' },
};

/** A template is missing, broken, or lacks something essential. */
export class TemplateFault extends ConfigurationError {
  constructor(readonly templates: readonly string[]) {
    super(templates.map((fault) => `MAIL_TEMPLATES_DIR: ${fault}`));
    this.name = 'TemplateFault';
  }
}

/**
 * The templates of all mails and languages, rendered by the mailer module's Handlebars adapter: built-in ones, and the
 * operator's in their place. For a missing text template the module only logs a warning and sends an empty mail, so
 * all templates are rendered once at start.
 */
export class MailTemplates {
  private readonly handlebars = new HandlebarsAdapter({}, { inlineCssEnabled: false });
  private readonly own: TemplateFolder;
  readonly locales: readonly Locale[];

  constructor(private readonly environment: Environment) {
    this.own = readTemplateFolder(environment.MAIL_TEMPLATES_DIR);
    this.locales = localesWith(environment.MAIL_TEMPLATES_DIR);
  }

  /** @throws {TemplateFault} with every invalid template */
  check(): void {
    const faults = [...this.own.faults];
    for (const kind of MAIL_KINDS) {
      const words = mailWords(SAMPLES[kind], DEFAULT_LOCALE, this.environment);
      for (const part of MAIL_PARTS) this.renderPart(part, SHIPPED[part], words);
    }
    for (const [locale, mails] of this.own.mails) {
      for (const kind of mails.keys()) {
        for (const part of MAIL_PARTS) {
          const fault = this.faultOf(kind, locale, part);
          if (fault !== undefined) faults.push(`${locale}/${kind}.${part}.hbs: ${fault}`);
        }
      }
    }
    if (faults.length > 0) throw new TemplateFault(faults);
  }

  /** Renders a mail in the reader's language, or in the closest available one. */
  render(content: MailContent, locale: Locale): RenderedMail {
    const { files, words } = this.choose(content, locale);
    const [subject, text, html] = MAIL_PARTS.map((part) => this.renderPart(part, files[part], words));
    return { subject: (subject ?? '').trim(), text: text ?? '', html: html ?? '' };
  }

  /** For the mailer module: the content and the language of a mail are the template's context. */
  compile(mail: MailToCompile, callback: (error?: Error) => void): void {
    const { content, locale } = mail.data['context'] as { content: MailContent; locale: Locale };
    try {
      Object.assign(mail.data, this.render(content, locale));
    } catch (error) {
      callback(error as Error);
      return;
    }
    callback();
  }

  private choose(
    content: MailContent,
    wanted: Locale,
  ): { files: Record<MailPart, string>; words: MailWords } {
    const written = this.locales.filter(
      (known) =>
        this.own.mails.get(known)?.has(content.kind) === true ||
        SHIPPED_LOCALES.some((shipped) => shipped === known),
    );
    const locale = written.includes(wanted) ? wanted : matchLocale(wanted, written);
    const files = this.own.mails.get(locale)?.get(content.kind) ?? SHIPPED;
    return { files, words: mailWords(content, locale, this.environment) };
  }

  private renderPart(part: MailPart, file: string, context: MailWords): string {
    const mail = { data: { template: file, context, html: '' } };
    let failure: Error | undefined;
    const callback = (error?: Error | null): void => {
      if (error) failure = error;
    };
    // Only HTML needs escaping.
    const options = { strict: true, noEscape: part !== 'html' };
    try {
      this.handlebars.compile(mail, callback, { template: { options } } satisfies MailerOptions);
    } catch (error) {
      throw failure ?? error;
    }
    if (failure !== undefined) throw failure;
    return mail.data.html;
  }

  private faultOf(kind: MailKind, locale: Locale, part: MailPart): string | undefined {
    const { files, words } = this.choose(SAMPLES[kind], locale);
    try {
      const rendered = this.renderPart(part, files[part], words);
      if (rendered.trim() === '') return 'is empty';
      if (part === 'subject') return /\n./.test(rendered.trim()) ? 'has more than one line' : undefined;
      const lacksCode = kind === 'activation_code' && !rendered.includes(SAMPLE_CODE);
      return lacksCode ? 'does not contain the code ({{code}})' : undefined;
    } catch (error) {
      return (error as Error).message.split('\n', 1)[0];
    }
  }
}

const SHIPPED = Object.fromEntries(
  MAIL_PARTS.map((part) => [part, path.join(__dirname, `mail.${part}.hbs`)]),
) as Record<MailPart, string>;
