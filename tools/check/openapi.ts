import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const DOCUMENT = 'docs/openapi.json';
const PRINT_DOCUMENT = 'dist/apps/api/src/openapi.js';
const DOCUMENT_BYTES_MAX = 4 * 1_048_576;
/** Settings that change the document most. */
const OTHER_SETTINGS = ['CONCEAL_REGISTERED_EMAILS=true', 'ACTIVATION_CODE_LENGTH=8', 'PUBLIC_PATH=/auth'];

/** Whether the committed document equals that of the built api. */
export async function openApiFaults(): Promise<string[]> {
  const committed = await readFile(DOCUMENT, 'utf8').catch(() => '');
  return (await print()) === committed
    ? []
    : [`${DOCUMENT} differs from the document of the built api: npm run openapi`];
}

/** Provides the committed document and a differently configured one as files. */
export async function withDocuments(judge: (files: readonly string[]) => Promise<string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'openapi-'));
  try {
    const other = path.join(folder, 'openapi-configured.json');
    await writeFile(other, await print(OTHER_SETTINGS));
    return await judge([DOCUMENT, other]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function print(settings: readonly string[] = []): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PRINT_DOCUMENT, ...settings], {
    maxBuffer: DOCUMENT_BYTES_MAX,
  });
  return stdout;
}
