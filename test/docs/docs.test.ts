import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const inFolder = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
const FOLDERS = ['.', 'docs', 'docs/decisions', 'docs/guides', 'docs/client', 'examples/sign-up'];
const PAGES = FOLDERS.flatMap(inFolder);

/** Anchors that GitHub makes of the headings of a page. */
const anchors = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Titles of the tests in a file: what `it(` and `it.each(…)(` are called with. */
const calls = (file: string): string[] =>
  [...read(file).matchAll(/\bit\(\s*'([^']+)'|\]?\)\(\s*'([^']+)',\s*(?:async )?\(/g)].map(
    ([, plain, each]) => plain ?? each ?? '',
  );

describe('the documents', () => {
  it.each(PAGES)('link only to existing files and headings: %s', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(path.join(ROOT, path.dirname(page), target)))).toEqual([]);
    const headings = [...read(page).matchAll(/\]\(([^)\s#]*\.md)?#([^)]+)\)/g)].filter(
      ([, target, anchor = '']) =>
        !anchors(target === undefined ? page : path.join(path.dirname(page), target)).includes(anchor),
    );
    expect(headings.map(([link]) => link)).toEqual([]);
  });

  it.each(PAGES.filter((page) => page !== 'CHANGELOG.md'))('name files that exist: %s', (page) => {
    const named = [...read(page).matchAll(/`((?:apps|libs|test|tools|deploy|db|docs)\/[\w/.-]+)`/g)];
    const files = named.map(([, file = '']) => file);
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('give the reason for every production dependency, and for no other', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const rows = read('docs/dependencies.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    expect(named.sort()).toEqual(Object.keys(dependencies).sort());
  });

  it('explain what to do for every alert', () => {
    const alerts = [...read('deploy/prometheus/alerts.yml').matchAll(/- alert: (\w+)/g)].map(
      ([, name]) => name,
    );
    const rows = [...read('docs/operations.md').matchAll(/^\| `([A-Z]\w+)` /gm)].map(([, name]) => name);
    expect(alerts.length).toBeGreaterThan(0);
    expect(rows).toEqual(alerts);
  });

  it('refer to an existing test for every threat', () => {
    const [, table = ''] = read('docs/security.md').split('## Threats and their tests');
    const [, , ...threats] = table.split('\n').filter((line) => line.startsWith('|'));
    expect(threats.length).toBeGreaterThan(30);
    const unproven = threats.filter((threat) => {
      const [, file = '', title = ''] =
        /`([\w/.-]+\.(?:test|spec|contract)\.ts)` “([^”]+)” *\|$/.exec(threat) ?? [];
      return file === '' || !calls(file).includes(title);
    });
    expect(unproven).toEqual([]);
  });
});
