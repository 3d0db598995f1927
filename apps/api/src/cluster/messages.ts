import type { Exposition } from '@app/metrics';

/** What the primary says to an api process. */
export type ToProcess =
  /** Finish and go; `replaced` when another one has taken the place. */
  | { readonly do: 'leave'; readonly replaced: boolean }
  /** Show your metrics. */
  | { readonly do: 'show' }
  /** The answer to `scrape`. */
  | { readonly do: 'read'; readonly text: string };

/** What an api process says to the primary. */
export type ToPrimary =
  /** I answer requests. */
  | { readonly say: 'up' }
  /** Said regularly; whoever says nothing for long is taken for hung. Resident memory in bytes. */
  | { readonly say: 'alive'; readonly rss: number }
  | { readonly say: 'metrics'; readonly exposition: Exposition }
  /** A scraper is here: what do all of us have to show? */
  | { readonly say: 'scrape' };

/** How often an api process says that it is alive, in milliseconds. */
export const HEARTBEAT_MS = 2_000;
