import { setFlagsFromString } from 'node:v8';

/*
 * Imported first. While the program loads, V8 sees much garbage of a moment and grows its young generation to three times
 * 16 MiB, which it keeps: 30 MiB of a process that has not answered anything yet. Until the api listens, it stays small.
 * V8 reads this flag whenever it would grow (src/heap/new-spaces.cc); one that does not know it ignores it.
 */
setFlagsFromString('--semi-space-growth-factor=1');

/** Requests may have the young generation that they need: V8's own factor. */
export function letYoungGenerationGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
