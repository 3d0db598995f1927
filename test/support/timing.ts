/** Times of each kind, in milliseconds. */
type Times<Kind extends string> = Record<Kind, number[]>;

/** Initial rounds that do not count, while connections, caches and the compiler warm up. */
const WARM_UP = 10;

/**
 * Does one of each kind in every round, one after another and in a new order each time, so that whatever else the
 * machine is doing falls on all of them alike.
 */
export async function timed<Kind extends string>(
  rounds: number,
  kinds: Record<Kind, (round: number) => Promise<unknown>>,
): Promise<Times<Kind>> {
  const names = Object.keys(kinds) as Kind[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Times<Kind>;
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const name of shuffled(names)) {
      const started = performance.now();
      await kinds[name](round);
      if (round >= 0) times[name].push(performance.now() - started);
    }
  }
  return times;
}

/**
 * How well times distinguish two kinds: the chance that one of the first took longer than one of the second
 * (Mann-Whitney), minus a half. 0: not at all; 0.5 or -0.5: always. It depends only on ranks, so that a few outliers
 * do not matter.
 */
export function distinction(first: readonly number[], second: readonly number[]): number {
  const wins = first.flatMap((one) => second.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
  return wins.reduce((sum: number, win) => sum + win, 0) / wins.length - 0.5;
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
