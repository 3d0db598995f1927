import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { canonicalLocale, SHIPPED_LOCALES, type Locale } from '../domain/locale';
import type { MailContent } from '../domain/mailer';

export type MailKind = MailContent['kind'];
export const MAIL_KINDS: readonly MailKind[] = ['activation_code', 'address_taken'];
export const MAIL_PARTS = ['subject', 'text', 'html'] as const;
export type MailPart = (typeof MAIL_PARTS)[number];

/** Maximum size of a template, in bytes: mail programs clip mails of about that size. */
const TEMPLATE_BYTES_MAX = 100 * 1_024;

/** The operator's own templates, and the faults of the directory. */
export interface TemplateFolder {
  /** Files by language and mail; complete ones only. */
  readonly mails: ReadonlyMap<Locale, ReadonlyMap<MailKind, Readonly<Record<MailPart, string>>>>;
  readonly faults: readonly string[];
}

/** Reads `<language>/<mail>.<part>.hbs` of a directory; an empty name means no directory. */
export function readTemplateFolder(folder: string): TemplateFolder {
  const mails = new Map<Locale, Map<MailKind, Record<MailPart, string>>>();
  const faults: string[] = [];
  if (folder === '') return { mails, faults };
  for (const language of foldersIn(folder, faults)) {
    const locale = canonicalLocale(language);
    if (locale === undefined) {
      faults.push(`${language}: the folder's name is not a language such as de or pt-BR`);
      continue;
    }
    if (mails.has(locale)) {
      faults.push(`${language}: the language ${locale} already has another folder`);
      continue;
    }
    const found = mailsIn(path.join(folder, language), language, faults);
    const shipped = SHIPPED_LOCALES.some((known) => known === locale);
    if (!shipped && !found.has('activation_code')) {
      faults.push(
        `${language}: a language that is not built in needs activation_code.{subject,text,html}.hbs`,
      );
    } else if (found.size > 0) mails.set(locale, found);
  }
  return { mails, faults };
}

/** The languages available for mails, without reading a template. */
export function localesWith(folder: string): readonly Locale[] {
  return [...new Set([...SHIPPED_LOCALES, ...readTemplateFolder(folder).mails.keys()])];
}

/** Follows links: Kubernetes mounts a ConfigMap as links into a hidden directory. */
function foldersIn(folder: string, faults: string[]): string[] {
  const names = attempt(() => readdirSync(folder), '', faults) ?? [];
  const visible = names.filter((name) => !name.startsWith('.')).sort();
  return visible.filter((name) => {
    const isFolder = attempt(() => statSync(path.join(folder, name)), name, faults)?.isDirectory() ?? false;
    if (!isFolder && name.endsWith('.hbs')) faults.push(`${name}: is not in the folder of a language`);
    return isFolder;
  });
}

/** The result of `read`; undefined, with a fault, if the file system refuses. */
function attempt<T>(read: () => T, name: string, faults: string[]): T | undefined {
  try {
    return read();
  } catch (error) {
    faults.push(`${name === '' ? '' : `${name}: `}cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}

function mailsIn(
  folder: string,
  language: string,
  faults: string[],
): Map<MailKind, Record<MailPart, string>> {
  const files = (attempt(() => readdirSync(folder), language, faults) ?? []).filter((file) =>
    file.endsWith('.hbs'),
  );
  const mails = new Map<MailKind, Record<MailPart, string>>();
  const expected = new Set(MAIL_KINDS.flatMap((kind) => MAIL_PARTS.map((part) => `${kind}.${part}.hbs`)));
  for (const file of files.filter((name) => !expected.has(name))) {
    faults.push(`${language}/${file}: there is no such mail part; the parts are ${[...expected].join(', ')}`);
  }
  for (const kind of MAIL_KINDS) {
    const missing = MAIL_PARTS.filter((part) => !files.includes(`${kind}.${part}.hbs`));
    if (missing.length === MAIL_PARTS.length) continue;
    for (const part of missing)
      faults.push(`${language}/${kind}.${part}.hbs: missing; a mail has all three parts`);
    const paths = Object.fromEntries(
      MAIL_PARTS.map((part) => [part, path.join(folder, `${kind}.${part}.hbs`)]),
    ) as Record<MailPart, string>;
    const unfit = MAIL_PARTS.filter((part) => {
      if (missing.includes(part)) return false;
      const name = `${language}/${kind}.${part}.hbs`;
      const bytes = attempt(() => statSync(paths[part]).size, name, faults);
      if (bytes !== undefined && bytes > TEMPLATE_BYTES_MAX) faults.push(`${name}: larger than 100 KB`);
      return bytes === undefined || bytes > TEMPLATE_BYTES_MAX;
    });
    if (missing.length === 0 && unfit.length === 0) mails.set(kind, paths);
  }
  return mails;
}
