import { createTransport } from 'nodemailer';
import { smtpTransport } from '@app/mail';
import { maskEmailsIn, type Environment } from '@app/runtime';
import { plainText } from '../terminal/format';
import type { Check, Findings } from './finding';

const TIMEOUT_MS = 3_000;

/** Whether the mail server is there, speaks TLS as it is asked to, and knows us. Sends nothing. */
export class SmtpCheck implements Check {
  readonly about = 'Mail server';

  constructor(private readonly environment: Environment) {}

  async run(findings: Findings): Promise<void> {
    const { SMTP_HOST: host, SMTP_PORT: port, SMTP_USE_TLS: tls, SMTP_USERNAME: user } = this.environment;
    const transport = createTransport({
      ...(smtpTransport(this.environment).transport as object),
      pool: false,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      dnsTimeout: TIMEOUT_MS,
    });
    try {
      await transport.verify();
      findings.ok(`answers at ${host}:${port}`);
      findings.ok(
        tls ? 'TLS works, and its certificate is trusted' : 'TLS is not asked for (SMTP_USE_TLS=false)',
      );
      findings.ok(
        user === '' ? 'no sign-in is asked for (SMTP_USERNAME is empty)' : `"${user}" is signed in`,
      );
    } catch (error) {
      this.fail(findings, error as Error & { code?: string });
    } finally {
      transport.close();
    }
  }

  private fail(findings: Findings, { code = '', message }: Error & { code?: string }): void {
    const { SMTP_HOST: host, SMTP_PORT: port } = this.environment;
    const fix =
      {
        EAUTH: 'Check SMTP_USERNAME and SMTP_PASSWORD.',
        ETLS: 'It offers no TLS, or its certificate is not trusted here (NODE_EXTRA_CA_CERTS): check SMTP_USE_TLS.',
        EDNS: 'Check SMTP_HOST and the name server.',
      }[code] ??
      'Check that it runs, that nothing lies between, and SMTP_HOST, SMTP_PORT and SMTP_USE_TLS. Mails stay owed meanwhile.';
    findings.fail(`${host}:${port} does not serve us: ${plainText(maskEmailsIn(message))}`, fix);
  }
}
