import { smtpAddresses, type SmtpAddress } from '@app/mail';
import { MailTemplates, signInToMailServer, TemplateFault } from '@app/mail/smtp';
import { maskEmailsIn, type Environment } from '@app/runtime';
import { plainText } from '../terminal/format';
import { Findings, type Check } from './finding';

/** Longest wait for a mail server. Some delay their greeting for five seconds or more, against spam (greet pause). */
export const SMTP_TIMEOUT_MS = 8_000;

/** Whether the mail servers are there, speak TLS as they are asked to, and know us. Sends nothing. */
export class SmtpCheck implements Check {
  readonly about = 'Mail server';

  constructor(private readonly environment: Environment) {}

  async run(findings: Findings): Promise<void> {
    this.checkTemplates(findings);
    const each = smtpAddresses(this.environment).map(async (address) => {
      const own = new Findings(this.about);
      await this.checkServer(own, address);
      return own.list;
    });
    findings.list.push(...(await Promise.all(each)).flat());
  }

  private checkTemplates(findings: Findings): void {
    const folder = this.environment.MAIL_TEMPLATES_DIR;
    if (folder === '') return;
    try {
      const templates = new MailTemplates(this.environment);
      templates.check();
      findings.ok(
        'mail.templates',
        `the templates in ${folder} are sound; languages: ${templates.locales.join(', ')}`,
      );
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      const fix =
        'Fix the files; `mail preview` shows the result. The mailer-worker does not start with them.';
      findings.fail(
        'mail.templates',
        `MAIL_TEMPLATES_DIR is not sound: ${plainText(error.templates.join('; '))}`,
        fix,
      );
    }
  }

  private async checkServer(findings: Findings, address: SmtpAddress): Promise<void> {
    const { host, port, tls, user } = address;
    const name = address.name === 'fallback' ? ' (SMTP_FALLBACK_URL)' : '';
    try {
      const { takesUtf8 } = await signInToMailServer(address, SMTP_TIMEOUT_MS);
      findings.ok('mail.reachable', `answers at ${host}:${port}${name}`);
      findings.ok(
        'mail.tls',
        tls === 'none'
          ? 'TLS is not asked for (SMTP_USE_TLS=none)'
          : 'TLS works, and its certificate is trusted',
      );
      findings.ok(
        'mail.credentials',
        user === '' ? 'no sign-in is asked for (SMTP_USERNAME is empty)' : `"${user}" is signed in`,
      );
      findings.ok(
        'mail.smtputf8',
        takesUtf8
          ? 'takes addresses beyond ASCII (SMTPUTF8)'
          : 'does not take addresses beyond ASCII such as kévin@example.com (no SMTPUTF8): those are refused',
      );
    } catch (error) {
      const reason = plainText(maskEmailsIn((error as Error).message));
      findings.fail(
        'mail.reachable',
        `${host}:${port}${name} does not serve us: ${reason}`,
        fixFor(error as Error),
      );
    }
  }
}

function fixFor({ message }: Error): string {
  if (/Invalid login|Missing credentials|\b535\b/i.test(message))
    return 'Check SMTP_USERNAME and SMTP_PASSWORD.';
  if (/STARTTLS|TLS|certificate|SSL|wrong version/i.test(message)) {
    return 'It offers no TLS, or its certificate is not trusted here (NODE_EXTRA_CA_CERTS): check SMTP_USE_TLS.';
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) return 'Check SMTP_HOST and the name server.';
  return 'Check that it runs, that nothing blocks the connection, and SMTP_HOST, SMTP_PORT and SMTP_USE_TLS. Mails stay owed meanwhile.';
}
