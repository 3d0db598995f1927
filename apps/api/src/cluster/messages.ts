import type { Exposition } from '@app/metrics';

/** What the primary says to an api process. */
export type ToProcess =
  /** A connection comes with this message; say when you have it. */
  | { readonly do: 'serve'; readonly connection: number }
  /** The service ends: send clients elsewhere with their answers. */
  | { readonly do: 'turn-away' }
  /** Finish and go; `replaced` when another one has taken the place. */
  | { readonly do: 'leave'; readonly replaced: boolean }
  /** Show your metrics. */
  | { readonly do: 'show' }
  /** The answer to `scrape`. */
  | { readonly do: 'read'; readonly text: string };

/** What an api process says to the primary. */
export type ToPrimary =
  /** I have that connection. */
  | { readonly say: 'took'; readonly connection: number }
  /** I was told to end by a signal; you decide. */
  | { readonly say: 'asked' }
  /** I answer requests. */
  | { readonly say: 'up' }
  /** Said regularly; a process that says nothing for long hangs. Resident memory in bytes. */
  | { readonly say: 'alive'; readonly rss: number }
  | { readonly say: 'metrics'; readonly exposition: Exposition }
  /** A scraper is here: what do all of us have to show? */
  | { readonly say: 'scrape' };

/** How often an api process says that it is alive, in milliseconds. */
export const HEARTBEAT_MS = 500;
