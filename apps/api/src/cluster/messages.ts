import type { Exposition } from '@app/metrics';

/** Messages from the primary to an api process. Their names stay, because SIGHUP starts processes of a newer version. */
export type ToProcess =
  /** A connection comes with this message; confirm it with `took`. */
  | { readonly do: 'serve'; readonly connection: number }
  /** The service shuts down: close connections with the responses. */
  | { readonly do: 'turn-away' }
  /** Finish and end; `replaced` if another process has taken over. */
  | { readonly do: 'leave'; readonly replaced: boolean }
  /** Send your metrics. */
  | { readonly do: 'show' }
  /** The response to `scrape`. */
  | { readonly do: 'read'; readonly text: string };

/** Messages from an api process to the primary. */
export type ToPrimary =
  /** Confirms a connection. */
  | { readonly say: 'took'; readonly connection: number }
  /** This process received a signal to end; the primary decides what to do. */
  | { readonly say: 'asked' }
  /** This process answers requests. */
  | { readonly say: 'up' }
  /** Sent regularly; a process that stays silent hangs. Resident memory in bytes. */
  | { readonly say: 'alive'; readonly rss: number }
  | { readonly say: 'metrics'; readonly exposition: Exposition }
  /** A scraper asks this process for the metrics of all processes. */
  | { readonly say: 'scrape' };

/** Interval of the heartbeats, in milliseconds. */
export const HEARTBEAT_MS = 500;
