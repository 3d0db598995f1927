import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '../support/service';
import type { SignUp } from './ledger';

const PASSWORD = 'SecurePass123';
/** Milliseconds between two sign-ups: a dozen per second, regardless of earlier ones. */
const INTERVAL_MS = 80;
/** Maximum number of sign-ups of one load; further ones are not sent. */
const SIGN_UPS_MAX = 4_000;
const IN_FLIGHT_MAX = 100;

let addresses = 0;

/** Sign-ups at a steady rate until it is stopped; slow responses do not slow it down. */
export class Load {
  readonly signUps: SignUp[] = [];
  private readonly inFlight = new Set<Promise<void>>();
  private readonly running: Promise<void>;
  private stopped = false;

  /** @param url evaluated for each sign-up, because a restarted api has a different one */
  constructor(
    private readonly url: () => string,
    private readonly ledger: { readonly signUps: SignUp[] },
  ) {
    this.running = this.run();
  }

  /**
   * Sends many sign-ups concurrently, so that every pool uses all of its connections; resolves when they are answered.
   */
  async burst(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.signUp()));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    await Promise.all(this.inFlight);
  }

  /** The first acknowledged sign-up that started after that moment. */
  acknowledgedAfter(moment: number): SignUp | undefined {
    return this.signUps.find(({ status, startedAt }) => status === 201 && startedAt >= moment);
  }

  private async run(): Promise<void> {
    for (let sent = 0; sent < SIGN_UPS_MAX && !this.stopped; sent += 1) {
      if (this.inFlight.size < IN_FLIGHT_MAX) {
        const signUp = this.signUp().finally(() => this.inFlight.delete(signUp));
        this.inFlight.add(signUp);
      }
      await pause(INTERVAL_MS);
    }
  }

  private async signUp(): Promise<void> {
    addresses += 1;
    const email = `guest-${addresses}@example.com`;
    const startedAt = performance.now();
    const [status, answered] = await new Client(this.url()).register(email, PASSWORD).then(
      (answer) => [answer.status, answer.body['email']] as const,
      () => [0, undefined] as const,
    );
    const foreign = status === 201 && answered !== email;
    const signUp = { email, status, foreign, startedAt, endedAt: performance.now() };
    this.signUps.push(signUp);
    this.ledger.signUps.push(signUp);
  }
}
