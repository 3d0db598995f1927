import { Inject, Injectable } from '@nestjs/common';
import { smtpAddresses, type SmtpAddress } from '@app/mail';
import { MailTemplates, signInToMailServer, TemplateFault } from '@app/mail/smtp';
import { Environment } from '@app/runtime';
import { plainText, replyText } from '../terminal/format';
import { Findings, type Check } from './finding';

/** Time limit for a mail server. Some delay their greeting by five seconds or more against spam (greet pause). */
export const SMTP_TIMEOUT_MS = 8_000;

/** Whether the mail servers are reachable, support TLS as configured, and accept the credentials. Sends no mail. */
@Injectable()
export class SmtpCheck implements Check {
  readonly about = 'Mail server';

  constructor(@Inject(Environment) private readonly environment: Environment) {}

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
        `the templates in ${folder} are valid; languages: ${templates.locales.join(', ')}`,
      );
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      const fix =
        'Fix the files and check them with `mail preview`. The mailer-worker does not start with invalid templates.';
      findings.fail(
        'mail.templates',
        `MAIL_TEMPLATES_DIR has invalid templates: ${plainText(error.templates.join('; '))}`,
        fix,
      );
    }
  }

  private async checkServer(findings: Findings, address: SmtpAddress): Promise<void> {
    const { host, port, tls, user } = address;
    const name = address.name === 'fallback' ? ' (SMTP_FALLBACK_URL)' : '';
    try {
      const { takesUtf8 } = await signInToMailServer(address, SMTP_TIMEOUT_MS);
      findings.ok('mail.reachable', `responds at ${host}:${port}${name}`);
      findings.ok(
        'mail.tls',
        tls === 'none' ? 'TLS is off (SMTP_USE_TLS=none)' : 'TLS works, and the certificate is trusted',
      );
      findings.ok(
        'mail.credentials',
        user === '' ? 'no sign-in is configured (SMTP_USERNAME is empty)' : `"${user}" can sign in`,
      );
      findings.ok(
        'mail.smtputf8',
        takesUtf8
          ? 'accepts addresses with non-ASCII characters (SMTPUTF8)'
          : 'refuses addresses with non-ASCII characters such as kévin@example.com (no SMTPUTF8)',
      );
    } catch (error) {
      const reason = replyText((error as Error).message);
      findings.fail(
        'mail.reachable',
        `${host}:${port}${name} cannot be used: ${reason}`,
        fixFor(error as Error),
      );
    }
  }
}

function fixFor({ message }: Error): string {
  if (/Invalid login|Missing credentials|\b535\b/i.test(message))
    return 'Check SMTP_USERNAME and SMTP_PASSWORD.';
  if (/STARTTLS|TLS|certificate|SSL|wrong version/i.test(message)) {
    return 'The server does not support TLS, or its certificate is not trusted here (NODE_EXTRA_CA_CERTS). Check SMTP_USE_TLS.';
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) return 'Check SMTP_HOST and the DNS server.';
  return 'Check that it is running, that no firewall blocks the connection, and SMTP_HOST, SMTP_PORT and SMTP_USE_TLS. Meanwhile mails stay owed.';
}
