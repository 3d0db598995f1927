import { requireFreshBuild } from './fresh-build';
import setUp from './global-setup';

/**
 * Most apps of the tests live for seconds, in which the optimizing compiler and the many small garbage collections of a
 * start cost more processor time than they save: a sixth of all.
 */
const APP_FLAGS = '--no-opt --min-semi-space-size=16';

/** The end-to-end tests start the build, so an outdated build would be tested instead of the sources. */
export default async function setUpEndToEnd(): Promise<void> {
  requireFreshBuild();
  process.env['APP_FLAGS'] = APP_FLAGS;
  await setUp();
}
