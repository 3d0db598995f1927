import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Missing in the copy: the developer's files, and the lock file, without which modules cannot be reinstalled. */
const PRIVATE = ['.env', '.data', '.git', 'package-lock.json'];

/** A folder in which commands find the files of this checkout, and leave their own files. */
export class Checkout {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'checkout-'));

  constructor() {
    const names = readdirSync('.').filter((name) => !PRIVATE.includes(name));
    for (const name of names) symlinkSync(path.resolve(name), path.join(this.folder, name));
  }

  write(name: string, lines: readonly (object | string)[]): void {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    writeFileSync(path.join(this.folder, name), `${text}\n`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
