import { readdirSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { configurationPage, envExample } from './pages';
import { parseEnvironment } from './parse-environment';
import { variables } from './variables';

const written = readFileSync('.env.example', 'utf8');

describe('.env.example', () => {
  it('is generated from the variables by `npm run config:docs`', () => {
    expect(written).toBe(envExample());
  });

  it('changes nothing when it is copied unchanged', () => {
    expect(parseEnv(written)).toEqual({});
  });

  it('lists every variable with its real default', () => {
    const uncommented = parseEnv(written.replace(/^#(?=[A-Z_]+=)/gm, ''));
    expect(Object.keys(uncommented).sort()).toEqual(Object.keys(variables).sort());
    expect(parseEnvironment(uncommented)).toEqual(parseEnvironment({}));
    // Even a default that an empty value would give too, because people edit these lines.
    const lost = Object.entries(variables).filter(
      ([name, { default: value }]) => uncommented[name] !== String(value),
    );
    expect(lost.map(([name]) => name)).toEqual([]);
  });

  it('describes each variable', () => {
    for (const [name, { help }] of Object.entries(variables)) {
      expect([name, help]).toEqual([name, expect.stringMatching(/\w{3,}/)]);
    }
  });
});

describe('docs/configuration.md', () => {
  const page = readFileSync('docs/configuration.md', 'utf8');

  it('is generated from the variables by `npm run config:docs`', () => {
    expect(page).toBe(configurationPage());
  });

  it('names every variable', () => {
    const named = new Set(page.match(/\b[A-Z][A-Z_]+\b/g));
    expect(Object.keys(variables).filter((name) => !named.has(name))).toEqual([]);
  });
});

describe('README.md and the guides', () => {
  const folder = 'docs/guides';
  const pages = ['README.md', ...readdirSync(folder).map((name) => `${folder}/${name}`)];
  const text = pages.map((page) => readFileSync(page, 'utf8')).join('\n');

  it('mention only existing variables', () => {
    const placeholders = ['NAME_FILE'];
    const named = [...text.matchAll(/`([A-Z]+_[A-Z_]*[A-Z])[`=]/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(5);
    const known = [...Object.keys(variables), ...placeholders];
    expect(named.filter((name) => !known.includes(String(name)))).toEqual([]);
  });

  it('link to the page of all variables', () => {
    expect(readFileSync('README.md', 'utf8')).toContain('docs/configuration.md');
  });
});
