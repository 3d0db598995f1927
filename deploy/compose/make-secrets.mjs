// Generates the secrets of a compose stack once; existing ones are never changed.
// Usage: make-secrets.mjs FOLDER [UID], where UID is the user who may read them in addition to root.
import { randomBytes } from 'node:crypto';
import { chown, writeFile } from 'node:fs/promises';
import path from 'node:path';

const NAMES = ['secret_key', 'database_password'];
const [folder = '/run/secrets', uid] = process.argv.slice(2);

for (const name of NAMES) {
  const file = path.join(folder, name);
  try {
    await writeFile(file, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o440 });
    if (uid !== undefined) await chown(file, Number(uid), Number(uid));
    process.stdout.write(`${name} made\n`);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    process.stdout.write(`${name} is there\n`);
  }
}
