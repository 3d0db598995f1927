import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';

const DOCUMENT = 'docs/openapi.json';
const PRINT_DOCUMENT = 'dist/apps/api/src/openapi.js';
const DOCUMENT_BYTES_MAX = 4 * 1_048_576;

/** Whether the committed document is the one that the built api makes, and keeps to the rules of OpenAPI. */
export async function openApiFaults(): Promise<string[]> {
  const { stdout: made } = await promisify(execFile)(process.execPath, [PRINT_DOCUMENT], {
    maxBuffer: DOCUMENT_BYTES_MAX,
  });
  const committed = await readFile(DOCUMENT, 'utf8').catch(() => '');
  const drift = made === committed ? [] : [`${DOCUMENT} is not what the api says of itself: npm run openapi`];
  return [...drift, ...(await lint(made))];
}

async function lint(source: string): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      // A read without input has nothing that a client could get wrong.
      'operation-4xx-response': 'off',
    },
  });
  const problems = await lintFromString({ source, absoluteRef: DOCUMENT, config });
  return problems.map(
    ({ ruleId, message, location }) => `${location[0]?.pointer ?? DOCUMENT}: ${message} (${ruleId})`,
  );
}
