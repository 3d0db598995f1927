import { requireFreshBuild } from './fresh-build';
import setUp from './global-setup';

/** The end-to-end tests start what was built: a stale build would be tested for the sources. */
export default async function setUpEndToEnd(): Promise<void> {
  requireFreshBuild();
  await setUp();
}
