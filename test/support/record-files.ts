import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import path from 'node:path';

/**
 * Loaded into a program with `--require`: at each SIGUSR2 it writes to the file in `FILES_THAT_RAN` which of our
 * files ran a function since the previous signal, as paths of their sources.
 */
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

const BUILT = `${path.resolve(__dirname, '../..')}/`;

process.on('SIGUSR2', () => {
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error !== null) throw error;
    const files = coverage.result
      .filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
      .map(({ url }) => url.replace('file://', ''))
      .filter((url) => url.startsWith(`${BUILT}apps/`) || url.startsWith(`${BUILT}libs/`))
      .map((url) => url.slice(BUILT.length).replace(/\.js$/, '.ts'));
    const report = process.env['FILES_THAT_RAN'] ?? '';
    writeFileSync(`${report}.part`, JSON.stringify(files));
    // Written atomically.
    renameSync(`${report}.part`, report);
  });
});
