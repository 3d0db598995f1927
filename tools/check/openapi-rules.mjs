// Prints where an OpenAPI document breaks the rules, a line each.   openapi-rules.mjs DOCUMENT
import { readFile } from 'node:fs/promises';
import { createConfig, lintFromString } from '@redocly/openapi-core';

const [file] = process.argv.slice(2);
const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    // A read without input has nothing that a client could get wrong.
    'operation-4xx-response': 'off',
  },
});
const problems = await lintFromString({ source: await readFile(file, 'utf8'), absoluteRef: file, config });
for (const { ruleId, message, location } of problems) {
  process.stdout.write(`${location[0]?.pointer ?? file}: ${message} (${ruleId})\n`);
}
process.exitCode = problems.length > 0 ? 1 : 0;
