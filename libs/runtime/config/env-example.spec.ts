import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { envExample } from './env-example';
import { parseEnvironment } from './environment';
import { variables } from './variables';

const written = readFileSync('.env.example', 'utf8');

describe('.env.example', () => {
  it('is what `npm run env:example` makes of the variables', () => {
    expect(written).toBe(envExample());
  });

  it('changes nothing when it is copied as it is', () => {
    expect(parseEnv(written)).toEqual({});
  });

  it('names every variable, and the default of each is the true one', () => {
    const uncommented = parseEnv(written.replace(/^#(?=[A-Z_]+=)/gm, ''));
    expect(Object.keys(uncommented).sort()).toEqual(Object.keys(variables).sort());
    expect(parseEnvironment(uncommented)).toEqual(parseEnvironment({}));
  });

  it('describes each in words', () => {
    for (const [name, { desc }] of Object.entries(variables)) {
      expect([name, desc]).toEqual([name, expect.stringMatching(/\w{3,}/)]);
    }
  });
});

describe('README.md', () => {
  it('names every variable', () => {
    const named = new Set(readFileSync('README.md', 'utf8').match(/\b[A-Z][A-Z_]+\b/g));
    expect(Object.keys(variables).filter((name) => !named.has(name))).toEqual([]);
  });
});
