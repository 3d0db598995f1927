import { requireFreshBuild } from './fresh-build';
import setUp from './global-setup';

/** The end-to-end tests start the build, so an outdated build would be tested instead of the sources. */
export default async function setUpEndToEnd(): Promise<void> {
  requireFreshBuild();
  await setUp();
}
