// Prints where OpenAPI documents break the rules of two linters, one per line.  openapi-rules.mjs DOCUMENT...
import { readFile } from 'node:fs/promises';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore from '@stoplight/spectral-core';
import parsers from '@stoplight/spectral-parsers';
import spectralRules from '@stoplight/spectral-rulesets';

const { Document, Spectral } = spectralCore;

const config = await createConfig({
  extends: ['recommended-strict'],
  rules: {
    // A read without input cannot be invalid.
    'operation-4xx-response': 'off',
  },
});
const spectral = new Spectral();
spectral.setRuleset({
  extends: [[spectralRules.oas, 'all']],
  // Only the operator knows the contact address.
  rules: { 'contact-properties': 'off', 'info-contact': 'off' },
});

for (const file of process.argv.slice(2)) {
  const source = await readFile(file, 'utf8');
  for (const { ruleId, message, location } of await lintFromString({ source, absoluteRef: file, config })) {
    report(file, location[0]?.pointer ?? '', message, ruleId);
  }
  for (const { code, message, path } of await spectral.run(new Document(source, parsers.Json, file))) {
    report(file, path.join('/'), message, code);
  }
}

function report(file, place, message, rule) {
  process.stdout.write(`${file} ${place}: ${message} (${rule})\n`);
  process.exitCode = 1;
}
