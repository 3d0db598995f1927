import { setFlagsFromString } from 'node:v8';

/*
 * Imported first. While the program loads, V8 sees much short-lived garbage and grows its young generation to three
 * times 16 MiB, which it keeps: 30 MiB of a process that has not answered anything yet. Until the api listens, the
 * young generation stays small. V8 reads this flag whenever it is about to grow it (src/heap/new-spaces.cc); a version
 * that does not know the flag ignores it.
 */
setFlagsFromString('--semi-space-growth-factor=1');

/** While serving requests, the young generation may grow as V8 sees fit. */
export function letYoungGenerationGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
