import { requireFreshBuild } from './fresh-build';
import setUp from './global-setup';

/** The end-to-end tests start the build, so a stale build would be tested in place of the sources. */
export default async function setUpEndToEnd(): Promise<void> {
  requireFreshBuild();
  await setUp();
}
