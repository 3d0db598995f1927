import type { Sql } from '@app/runtime';
import type { StoredMail } from '../../tools/inbox/mailbox';
import { codeIn, type TestInbox } from '../support/inbox';
import { until } from '../support/until';
import type { WebhookReceiver } from '../support/webhook-receiver';

/** One sign-up from its client's side. Times are from `performance.now()`, in milliseconds. */
export interface SignUp {
  readonly email: string;
  /** 0: no response, because the connection was refused or cut. */
  readonly status: number;
  /** The response was about another account. */
  readonly foreign: boolean;
  readonly startedAt: number;
  readonly endedAt: number;
}

interface Arrival {
  readonly mail: StoredMail;
  readonly at: number;
}

/** Maximum time of any owed mail once everything is up: the release of a dead worker's leases, a back-off and a sweep. */
const SETTLE_TIMEOUT_MS = 60_000;

/** The responses that clients got, and the results: every acknowledged sign-up must have its row, mail and event. */
export class Ledger {
  readonly signUps: SignUp[] = [];
  /** Duplicates of each mail as of the last `settle()`. */
  private extraCopies = 0;
  private readonly arrivals = new Map<string, Arrival[]>();

  constructor(
    private readonly sql: Sql,
    inbox: TestInbox,
    private readonly receiver: WebhookReceiver,
  ) {
    // The inbox itself keeps only the newest few hundred.
    inbox.mailbox.on('mail', (mail) => {
      for (const { Address } of mail.To) {
        this.arrivals.set(Address, [...this.mailsTo(Address), { mail, at: performance.now() }]);
      }
    });
  }

  mailsTo(address: string): readonly Arrival[] {
    return this.arrivals.get(address) ?? [];
  }

  acknowledged(): string[] {
    return this.signUps.filter(({ status }) => status === 201).map(({ email }) => email);
  }

  /**
   * Waits until every row, acknowledged or not, has its mail and its events, because the row is the promise. Resolves
   * to the faults. @param extraCopiesMax allowed number of new duplicates of a mail since the last call
   */
  async settle(extraCopiesMax: number): Promise<string[]> {
    const count = async (): Promise<number> => (await this.owed().catch(() => [''])).length;
    await until('no mail is owed', async () => (await count()) === 0, SETTLE_TIMEOUT_MS).catch(() => {});
    const eventFaults = await this.settleEvents();
    const rows = await this.sql<{ id: string; email: string; given_up: boolean }[]>`
      select id, email, mail_given_up_at is not null as given_up from users`;
    const told = new Set(
      this.receiver.taken.filter(({ type }) => type === 'user.registered').map(({ account }) => account),
    );
    const held = new Set(rows.map(({ email }) => email));
    const before = this.extraCopies;
    this.extraCopies = [...this.arrivals.values()].reduce(
      (sum, mails) => sum + mails.length - idsOf(mails),
      0,
    );
    const extra = this.extraCopies - before;
    return [
      ...(await this.owed()).map((email) => `${email} is still owed its mail`),
      ...rows.filter(({ given_up }) => given_up).map(({ email }) => `the mail to ${email} was given up`),
      ...this.signUps
        .filter(({ foreign }) => foreign)
        .map(({ email }) => `${email} got another one's answer`),
      ...this.acknowledged()
        .filter((email) => !held.has(email))
        .map((email) => `${email} was acknowledged and has no account`),
      ...[...held]
        .filter((email) => this.mailsTo(email).length === 0)
        .map((email) => `${email} has an account and got no mail`),
      ...rows
        .filter(({ id }) => !told.has(id))
        .map(({ email }) => `${email} has an account and its event was not received`),
      ...eventFaults,
      ...(rows.length > held.size ? ['an address has two accounts'] : []),
      ...[...this.arrivals]
        .filter(([, mails]) => lettersOf(mails) > idsOf(mails))
        .map(([email]) => `copies of a mail to ${email} disagree`),
      ...(extra > extraCopiesMax ? [`${extra} extra copies, ${extraCopiesMax} allowed`] : []),
    ];
  }

  /** Waits until the receiver has every event. Resolves to the faults. */
  private async settleEvents(): Promise<string[]> {
    const waiting = async (): Promise<number> => {
      const [row] = await this.sql<{ count: number }[]>`
        select count(*)::int as count from events where position is null or due_at is not null`;
      return row?.count ?? 0;
    };
    const none = async (): Promise<boolean> => (await waiting().catch(() => 1)) === 0;
    await until('no event is waiting', none, SETTLE_TIMEOUT_MS).catch(() => {});
    const left = await waiting();
    const logged = await this.sql<{ id: string; account: string; type: string }[]>`
      select id, account_id::text as account, type from events order by position`;
    const { taken } = this.receiver;
    const takenIds = new Set(taken.map(({ id }) => id));
    return [
      ...(left > 0 ? [`${left} events are still waiting`] : []),
      ...logged.filter(({ id }) => !takenIds.has(id)).map(({ id, type }) => `${type} ${id} was not received`),
      ...outOfOrder(logged, taken),
    ];
  }

  private async owed(): Promise<string[]> {
    const rows = await this.sql<{ email: string }[]>`select email from users where mail_due_at is not null`;
    return rows.map(({ email }) => email);
  }
}

const idsOf = (arrivals: readonly Arrival[]): number =>
  new Set(arrivals.map(({ mail }) => mail.MessageID)).size;

const lettersOf = (arrivals: readonly Arrival[]): number =>
  new Set(arrivals.map(({ mail }) => `${mail.MessageID} ${codeIn(mail)}`)).size;

interface LoggedEvent {
  readonly id: string;
  readonly account: string;
}

/** Accounts whose events were first received in a different order than in the log. */
function outOfOrder(logged: readonly LoggedEvent[], taken: readonly LoggedEvent[]): string[] {
  const storyOf = (told: readonly LoggedEvent[]): Map<string, string> => {
    const stories = new Map<string, string>();
    const seen = new Set<string>();
    for (const { id, account } of told) {
      if (seen.has(id)) continue;
      seen.add(id);
      stories.set(account, `${stories.get(account) ?? ''} ${id}`);
    }
    return stories;
  };
  const received = storyOf(taken);
  return [...storyOf(logged)]
    .filter(([account, story]) => received.has(account) && received.get(account) !== story)
    .map(([account]) => `the events of ${account} came in another order`);
}
