import satisfies from 'spdx-satisfies';

export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** The only registry for packages; a lock file may leave it out. */
const REGISTRY = 'https://registry.npmjs.org/';

/** SPDX names of licenses that require no more than a notice. */
const LICENSES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
];

/** Packages whose license is not an SPDX expression; a person has read it, at this version. */
const READ_BY_A_PERSON: Readonly<Record<string, string>> = {
  'busboy@1.6.0': 'MIT',
  'streamsearch@1.1.0': 'MIT',
  'slick@1.12.2': 'MIT',
};

/** Packages from other sources than the registry, or without a digest. */
export function originFaults({ packages }: LockFile): string[] {
  return installed(packages).flatMap(([path, { resolved, integrity, link }]) => [
    ...(link ? [`${path}: is a link to a folder`] : []),
    ...(resolved?.startsWith(REGISTRY) === false ? [`${path}: comes from ${resolved}`] : []),
    ...(integrity?.startsWith('sha512-') ? [] : [`${path}: has no sha512 integrity`]),
  ]);
}

/** Production packages under a license that is not on the list of accepted ones. */
export function licenseFaults({ packages }: LockFile): string[] {
  return installed(packages)
    .filter(([, { dev }]) => !dev)
    .flatMap(([path, { license, version }]) => {
      const known = READ_BY_A_PERSON[`${nameOf(path)}@${version ?? ''}`] ?? license;
      return known !== undefined && isAllowed(known) ? [] : [`${path}: ${license ?? 'names no license'}`];
    });
}

/** All packages except the workspace itself, which has the empty path. */
const installed = (packages: LockFile['packages']): [string, LockedPackage][] =>
  Object.entries(packages).filter(([path]) => path !== '');

const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function isAllowed(expression: string): boolean {
  try {
    return satisfies(expression, LICENSES);
  } catch {
    return false;
  }
}
