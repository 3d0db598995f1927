import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { variables } from '@app/runtime';

export const ROOT = path.resolve(__dirname, '../..');

export const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** The documents of a YAML file; a fault in it, such as a duplicate key, is an error. */
export function readYaml<T>(file: string): T[] {
  return parseAllDocuments(read(file), { merge: true }).map((document) => {
    if ('errors' in document && document.errors.length > 0) throw document.errors[0] as Error;
    return document.toJS() as T;
  });
}

export const filesIn = (folder: string): string[] => readdirSync(path.join(ROOT, folder)).sort();

/** Whether the service reads this variable, directly or from a file. */
export const isVariable = (name: string): boolean => Object.hasOwn(variables, name.replace(/_FILE$/, ''));

/** The source of a container's program: `dist/apps/api/src/main.js` → `apps/api/src/main.ts`. */
export const sourceOf = (program: string): string => program.replace(/^dist\//, '').replace(/\.js$/, '.ts');

/** `postgres:18.4` and `node:24.21.0-bookworm-slim` are pinned; `latest`, `24` and no tag at all are not. */
export const isPinned = (image: string): boolean => /:v?\d+\.\d+(\.\d+)?(-[\w.-]+)?$/.test(image);
