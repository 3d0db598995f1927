import { APP_FLAGS, spawnApp } from './apps';
import { PRELOAD_CODE_CACHE, WRITE_CODE_CACHE } from './code-cache';
import { requireFreshBuild } from './fresh-build';
import setUp from './global-setup';

/**
 * Most apps of the tests live for seconds, in which the optimizing compiler and the many small garbage collections of a
 * start cost more processor time than they save: a sixth of all. Compiling the build is a third of the rest.
 */
const FLAGS = ['--no-opt', '--min-semi-space-size=16', ...PRELOAD_CODE_CACHE];

/** The end-to-end tests start the build, so an outdated build would be tested instead of the sources. */
export default async function setUpEndToEnd(): Promise<void> {
  requireFreshBuild();
  process.env[APP_FLAGS] = JSON.stringify(FLAGS);
  await Promise.all([setUp(), writeCodeCache('api'), writeCodeCache('mailer-worker')]);
}

/** Starts the app once without its dependencies, for the code cache of all others. */
async function writeCodeCache(name: 'api' | 'mailer-worker'): Promise<void> {
  const nowhere = { DATABASE_PORT: '1', REDIS_HOST: '127.0.0.1', REDIS_PORT: '1' };
  const app = await spawnApp(name, { ...WRITE_CODE_CACHE, ...nowhere }, '/livez');
  await app.stop();
}
