import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { configurationPage, envExample } from './pages';
import { parseEnvironment } from './parse-environment';
import { variables } from './variables';

const written = readFileSync('.env.example', 'utf8');

describe('.env.example', () => {
  it('is what `npm run config:docs` makes of the variables', () => {
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
    for (const [name, { help }] of Object.entries(variables)) {
      expect([name, help]).toEqual([name, expect.stringMatching(/\w{3,}/)]);
    }
  });
});

describe('docs/configuration.md', () => {
  const page = readFileSync('docs/configuration.md', 'utf8');

  it('is what `npm run config:docs` makes of the variables', () => {
    expect(page).toBe(configurationPage());
  });

  it('names every variable', () => {
    const named = new Set(page.match(/\b[A-Z][A-Z_]+\b/g));
    expect(Object.keys(variables).filter((name) => !named.has(name))).toEqual([]);
  });
});

describe('README.md', () => {
  it('names no variable that does not exist, and leads to the page of all', () => {
    const readme = readFileSync('README.md', 'utf8');
    const named = [...readme.matchAll(/^\| `([A-Z][A-Z_]+)`/gm)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(String(name) in variables))).toEqual([]);
    expect(readme).toContain('docs/configuration.md');
  });
});
