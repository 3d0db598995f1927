import { licenseFaults, originFaults, type LockedPackage } from './lock-file';

const lockedWith = (path: string, entry: LockedPackage) => ({
  packages: { '': { version: '1.0.0' }, [path]: { integrity: 'sha512-abc', license: 'MIT', ...entry } },
});

describe('originFaults', () => {
  it('accepts packages from the registry, named or not', () => {
    expect(originFaults(lockedWith('node_modules/pg', {}))).toEqual([]);
    const resolved = 'https://registry.npmjs.org/pg/-/pg-8.23.1.tgz';
    expect(originFaults(lockedWith('node_modules/pg', { resolved }))).toEqual([]);
  });

  it.each<[string, LockedPackage]>([
    ['another registry', { resolved: 'https://registry.npmjs.org.example.com/pg.tgz' }],
    ['plain HTTP', { resolved: 'http://registry.npmjs.org/pg/-/pg-8.23.1.tgz' }],
    ['a repository', { resolved: 'git+ssh://git@github.com/brianc/node-postgres.git#main' }],
    ['a folder', { link: true }],
    ['a weak digest', { integrity: 'sha1-abc' }],
  ])('refuses %s', (_, entry) => {
    expect(originFaults(lockedWith('node_modules/pg', entry))).toEqual([
      expect.stringContaining('node_modules/pg: '),
    ]);
  });

  it('refuses a package without a digest', () => {
    const packages = { 'node_modules/pg': { version: '8.23.1' } };
    expect(originFaults({ packages })).toEqual(['node_modules/pg: has no sha512 integrity']);
  });
});

describe('licenseFaults', () => {
  it('accepts a choice of licenses with an approved one', () => {
    expect(licenseFaults(lockedWith('node_modules/a', { license: '(MIT OR EUPL-1.1+)' }))).toEqual([]);
  });

  it.each(['GPL-3.0-only', '(MIT AND GPL-3.0-only)', 'SEE LICENSE IN LICENSE'])('refuses %s', (license) => {
    const lock = lockedWith('node_modules/a', { license });
    expect(licenseFaults(lock)).toEqual([`node_modules/a: ${license}`]);
  });

  it('refuses a package without a license', () => {
    const packages = { 'node_modules/a': { version: '1.0.0' } };
    expect(licenseFaults({ packages })).toEqual(['node_modules/a: names no license']);
  });

  it('accepts a license that a person has read, only at that version', () => {
    const busboy = (version: string) => ({ packages: { 'node_modules/x/node_modules/busboy': { version } } });
    expect(licenseFaults(busboy('1.6.0'))).toEqual([]);
    expect(licenseFaults(busboy('1.6.1'))).toHaveLength(1);
  });

  it('ignores licenses of packages that never run in production', () => {
    expect(licenseFaults(lockedWith('node_modules/a', { license: 'GPL-3.0-only', dev: true }))).toEqual([]);
  });
});
