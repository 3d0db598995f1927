/** Maximum pause while the server is unavailable, in seconds: mails flow again within that time once it recovers. */
const UNREACHABLE_SECONDS_MAX = 5;
/**
 * Maximum pause after the server refused the service permanently (5xx), in seconds: a log-in every second can get an
 * account locked.
 */
const REFUSED_SECONDS_MAX = 30;

interface Failure {
  /** The server refused the service permanently (5xx). */
  readonly refusedByServer: boolean;
  /** The refused mail, if the refusal may concern only that one. */
  readonly mail: string | undefined;
}

/**
 * The shared back-off of a mail server. While it is closed, nothing is sent; after the pause one attempt is allowed,
 * and its outcome decides for all.
 */
export class Hold {
  private failures = 0;
  private until = 0;
  private since: number | undefined;
  private reported = false;
  private probing = false;
  /** The only mail that has been refused since the server last worked; undefined if there are several. */
  private onlyMail: string | undefined;
  reason: string | null = null;

  constructor(
    /** Called when the server starts to fail, with the reason, and when it works again, including the first time. */
    private readonly onChange: (reason: string | null) => void = () => {},
    /** Milliseconds of a monotonic clock. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether an attempt may start. While the server fails, attempts run one at a time and must be reported. */
  begin(): boolean {
    if (this.since === undefined) return true;
    if (this.probing || this.now() < this.until) return false;
    this.probing = true;
    return true;
  }

  /** The attempt revealed nothing about the server. */
  inconclusive(): void {
    this.probing = false;
  }

  /** The server responded normally. */
  serves(): void {
    if (this.since !== undefined || !this.reported) this.onChange(null);
    this.reported = true;
    this.failures = 0;
    this.until = 0;
    this.since = undefined;
    this.reason = null;
    this.probing = false;
  }

  /**
   * The server, or our account there, is at fault. A refusal of a single mail, however often, does not delay the
   * others until another mail is refused. Attempts that failed together count once.
   */
  fails(reason: string, { refusedByServer, mail }: Failure): void {
    const now = this.now();
    if (this.since === undefined || this.reason !== reason) this.onChange(reason);
    this.reported = true;
    this.probing = false;
    this.reason = reason;
    this.since ??= now;
    if (this.failures > 0 && now < this.until) return;
    const alone = mail !== undefined && (this.failures === 0 || this.onlyMail === mail);
    this.onlyMail = alone ? mail : undefined;
    this.failures = alone ? 1 : this.failures + 1;
    const secondsMax = refusedByServer ? REFUSED_SECONDS_MAX : UNREACHABLE_SECONDS_MAX;
    const seconds = alone ? 0 : Math.min(2 ** (this.failures - 2), secondsMax);
    this.until = now + seconds * 1_000;
  }

  /** Seconds until `begin` can succeed; 0 while it is open. */
  get seconds(): number {
    if (this.since === undefined) return 0;
    const left = (this.until - this.now()) / 1_000;
    return this.probing ? Math.max(left, 1) : Math.max(left, 0);
  }

  /** Seconds since the first failure; 0 while the server works. */
  get failingSeconds(): number {
    return this.since === undefined ? 0 : (this.now() - this.since) / 1_000;
  }
}
