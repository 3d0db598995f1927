import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import path from 'node:path';

/**
 * Loaded into a program with `--require`: at each SIGUSR2 it writes to the file in `FILES_THAT_RAN` which files of the
 * build or of a package ran a function since the previous signal, as paths within the checkout.
 */
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

const CHECKOUT = `${path.resolve(__dirname, '../../..')}/`;

process.on('SIGUSR2', () => {
  session.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error !== null) throw error;
    const files = coverage.result
      .filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
      .map(({ url }) => url.replace('file://', ''))
      .filter((file) => file.startsWith(CHECKOUT))
      .map((file) => file.slice(CHECKOUT.length));
    const report = process.env['FILES_THAT_RAN'] ?? '';
    writeFileSync(`${report}.part`, JSON.stringify(files));
    // Written atomically.
    renameSync(`${report}.part`, report);
  });
});
