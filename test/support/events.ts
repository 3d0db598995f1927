import { setTimeout as pause } from 'node:timers/promises';
import type { ISql } from 'postgres';
import type { Client } from './service';

/** Writes the events of a new account, numbered in order; resolves to their ids. */
export async function writeEvents(sql: ISql, count: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    with account as (select gen_random_uuid() as id)
    insert into events (type, account_id, data)
    select 'user.activated', account.id,
           jsonb_build_object('user_id', account.id, 'is_activated', true, 'number', number)
    from account, generate_series(1, ${count}::int) as number
    returning id`;
  return rows.map(({ id }) => id);
}

/** Pause of a reader that has read everything. */
const POLL_MS = 25;

interface SeenEvent {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly user_id: string; readonly number?: number };
}

/** A consumer that pages through the feed and stores its events. */
export class Reader {
  private readonly seen: SeenEvent[] = [];
  private stopped = false;

  constructor(
    private readonly feed: Client,
    private readonly headers: Record<string, string>,
    /** Parameters in addition to the cursor, each after `&`. */
    private readonly parameters = '',
    public next = '0',
  ) {}

  /** A reader that has read everything so far. */
  static async toTheEnd(feed: Client, headers: Record<string, string>): Promise<Reader> {
    const reader = new Reader(feed, headers);
    while (!(await reader.read()));
    return reader;
  }

  get ids(): string[] {
    return this.seen.map(({ id }) => id);
  }

  /** The events of an account, in the order of arrival. */
  typesOf(account: string): string[] {
    return this.seen.filter(({ data }) => data.user_id === account).map(({ type }) => type);
  }

  /** Reads until it is stopped, without a pause while there is more; a failed request is repeated. */
  async run(): Promise<void> {
    while (!this.stopped) if (await this.read()) await pause(POLL_MS);
  }

  stop(): void {
    this.stopped = true;
  }

  /** Accounts whose numbered events arrived in a different order, or with a gap. */
  outOfOrder(): string[] {
    const last = new Map<string, number>();
    return this.seen
      .filter(({ data: { user_id: account, number = 1 } }) => {
        const expected = (last.get(account) ?? 0) + 1;
        last.set(account, number);
        return number !== expected;
      })
      .map(({ data }) => data.user_id);
  }

  /** Reads one page. Resolves to whether there was nothing more. */
  private async read(): Promise<boolean> {
    const { status, body } = await this.feed.get(
      `/api/v1/events?after=${this.next}${this.parameters}`,
      this.headers,
    );
    if (status === 503) {
      await pause(Number(body['retry_after_seconds']) * 1_000);
      return false;
    }
    if (status !== 200) throw new Error(`The feed answered ${status}: ${JSON.stringify(body)}`);
    this.seen.push(...(body['events'] as SeenEvent[]));
    this.next = String(body['next']);
    return body['up_to_date'] === true;
  }
}
