import { Inject, Injectable } from '@nestjs/common';
import { clientOf } from '@app/rate-limit';
import { Environment, Logger } from '@app/runtime';

/** Size of the sample of registrations, and how many from one client are suspicious. */
const LOOKED_AT = 20;
const SUSPICIOUS = 18;
/** Minimum time between two hints, in milliseconds. */
const SILENCE_MS = 3_600_000;

/**
 * Notices when one address makes nearly all registrations. A proxy that is missing from `TRUST_PROXY` looks like that,
 * and all clients behind it share one limit.
 */
@Injectable()
export class ProxyHint {
  private readonly latest: string[] = [];
  private hintedAt = -Infinity;

  constructor(
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** @param address of the client, if it is known; counted whether or not the registration succeeds */
  registrationFrom(address: string | undefined): void {
    const client = clientOf(address) ?? 'unknown';
    this.latest.push(client);
    if (this.latest.length > LOOKED_AT) this.latest.shift();
    const share = this.latest.filter((each) => each === client).length;
    if (share < SUSPICIOUS || performance.now() - this.hintedAt < SILENCE_MS) return;
    this.hintedAt = performance.now();
    this.logger.warn(
      { registrations: share, of: this.latest.length, trust_proxy: this.environment.TRUST_PROXY },
      'One address makes nearly all registrations. If it is a proxy, add it to TRUST_PROXY: all its clients share one limit',
    );
  }
}
