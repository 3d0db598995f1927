import { Inject, Injectable } from '@nestjs/common';
import { pingMessage, webhookKeyOf, WebhookSender } from '@app/events';
import { Environment, within } from '@app/runtime';
import { PROGRAM_NAME } from '../root-command';
import { plainText } from '../terminal/format';
import { clocksApartMs, type Check, type CheckOptions, type Findings } from './finding';

/** Time limit for the receiver, in milliseconds; shorter than for a real webhook, because a person is waiting. */
const TIMEOUT_MS = 5_000;
/** A larger difference between the clocks is reported, in seconds. */
const CLOCKS_APART_SECONDS = 30;
/** Receivers refuse older signatures. Source: `standardwebhooks`, WEBHOOK_TOLERANCE_IN_SECONDS. */
const TOLERANCE_SECONDS = 300;

/** Whether the webhook receiver is reachable and verifies our signatures. Never sends an event. */
@Injectable()
export class WebhookCheck implements Check {
  readonly about = 'Webhook';

  constructor(
    @Inject(Environment) private readonly environment: Environment,
    @Inject(WebhookSender) private readonly sender: WebhookSender,
  ) {}

  /** A signed ping is sent only on request, because the receiver notices it. */
  async run(findings: Findings, { ping = false }: CheckOptions): Promise<void> {
    if (this.environment.WEBHOOK_URL === '') return;
    this.secret(findings, ping);
    if ((await this.reach(findings)) && ping) await this.sendPing(findings);
  }

  private secret(findings: Findings, ping: boolean): void {
    const { WEBHOOK_SECRET: current, WEBHOOK_SECRET_PREVIOUS: previous } = this.environment;
    if (previous !== '' && webhookKeyOf(previous).equals(webhookKeyOf(current))) {
      findings.warn(
        'webhook.secret',
        'WEBHOOK_SECRET and WEBHOOK_SECRET_PREVIOUS are the same',
        'Set WEBHOOK_SECRET to a new secret (echo whsec_$(openssl rand -base64 32)), or remove WEBHOOK_SECRET_PREVIOUS.',
      );
      return;
    }
    const both = previous === '' ? '' : ', and with WEBHOOK_SECRET_PREVIOUS during the rotation';
    const unproven = ping ? '' : `; to check the receiver, run ${PROGRAM_NAME} doctor --ping`;
    findings.ok('webhook.secret', `signed with WEBHOOK_SECRET${both}${unproven}`);
  }

  /** Sends HEAD, which no receiver mistakes for a webhook. Resolves to whether there was a response. */
  private async reach(findings: Findings): Promise<boolean> {
    // The path and the query may contain a secret.
    const { origin } = new URL(this.environment.WEBHOOK_URL);
    const askedAt = Date.now();
    try {
      const { status, headers } = await fetch(this.environment.WEBHOOK_URL, {
        method: 'HEAD',
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (status >= 300 && status < 400) {
        findings.warn(
          'webhook.redirect',
          `${origin} responds with ${status}, but webhooks do not follow redirects`,
          'Set WEBHOOK_URL to the target of the redirect.',
        );
      } else findings.ok('webhook.reachable', `responds at ${origin} (${status} to HEAD)`);
      this.clock(findings, headers.get('date'), askedAt);
      return true;
    } catch (error) {
      const { message, cause } = error as Error;
      const reason = cause instanceof Error && cause.message !== '' ? cause.message : message;
      findings.warn(
        'webhook.reachable',
        `no response from ${origin}: ${plainText(reason)}`,
        'Check that it is running, WEBHOOK_URL, its certificate, and that no firewall blocks the connection. Events wait for up to three days.',
      );
      return false;
    }
  }

  private clock(findings: Findings, date: string | null, askedAt: number): void {
    const theirs = Date.parse(date ?? '');
    if (Number.isNaN(theirs)) return;
    // The header has whole seconds.
    const apart = Math.ceil(clocksApartMs(theirs, askedAt, 1_000) / 1_000);
    const fix = 'Synchronize both clocks with NTP.';
    if (apart >= TOLERANCE_SECONDS) {
      const refused = `receivers refuse signatures older than ${TOLERANCE_SECONDS} s`;
      findings.fail('webhook.clock', `its clock and ours are ${apart} s apart, and ${refused}`, fix);
    } else if (apart >= CLOCKS_APART_SECONDS) {
      findings.warn('webhook.clock', `its clock and ours are ${apart} s apart`, fix);
    } else findings.ok('webhook.clock', `clocks agree to ${apart + 1} s`);
  }

  private async sendPing(findings: Findings): Promise<void> {
    const { id, body } = pingMessage();
    const late = (): Error => new Error(`no answer within ${TIMEOUT_MS / 1_000} s`);
    const outcome = await within(this.sender.send(id, body), TIMEOUT_MS, late).catch((error: unknown) => ({
      kind: 'failed' as const,
      reason: (error as Error).message,
    }));
    if (outcome.kind === 'delivered') {
      findings.ok('webhook.ping', `the receiver accepted a signed ping (${id})`);
      return;
    }
    findings.fail(
      'webhook.ping',
      `the receiver did not accept a signed ping: ${plainText(outcome.reason)}`,
      'For 400, 401 or 403: check its copy of WEBHOOK_SECRET and its clock. Otherwise check its log.',
    );
  }
}
