import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const DOCUMENT = 'docs/openapi.json';
const PRINT_DOCUMENT = 'dist/apps/api/src/openapi.js';
const DOCUMENT_BYTES_MAX = 4 * 1_048_576;

/** Whether the committed document is the one that the built api makes. */
export async function openApiFaults(): Promise<string[]> {
  const { stdout: made } = await promisify(execFile)(process.execPath, [PRINT_DOCUMENT], {
    maxBuffer: DOCUMENT_BYTES_MAX,
  });
  const committed = await readFile(DOCUMENT, 'utf8').catch(() => '');
  return made === committed ? [] : [`${DOCUMENT} is not what the api says of itself: npm run openapi`];
}
