import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

const EXTENSIONS = { authority: 'critical,CA:TRUE', server: 'critical,CA:FALSE' };
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];

/** A certificate authority for the test, made with openssl; the files are written to the folder. */
export class Authority {
  private readonly own: Certificate;
  private readonly settings: string;

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {
    // Replaces the system's configuration, which would add extensions.
    this.settings = path.join(folder, `${name}.cnf`);
    writeFileSync(this.settings, '[req]\ndistinguished_name = name\n[name]\n');
    this.own = this.make(name, [`basicConstraints=${EXTENSIONS.authority}`], []);
  }

  /** For `NODE_EXTRA_CA_CERTS`. */
  get file(): string {
    return this.own.certFile;
  }

  /** A certificate for a server of that host name. */
  issue(host: string): Certificate {
    const extensions = [`basicConstraints=${EXTENSIONS.server}`, `subjectAltName=DNS:${host}`];
    return this.make(host, extensions, ['-CA', this.own.certFile, '-CAkey', this.own.keyFile]);
  }

  private make(subject: string, extensions: readonly string[], signer: readonly string[]): Certificate {
    const base = path.join(this.folder, `${this.name}-${subject}`);
    const [certFile, keyFile] = [`${base}.crt`, `${base}.key`];
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    const args = [
      'req',
      '-x509',
      ...NEW_KEY,
      '-subj',
      `/CN=${subject}`,
      '-keyout',
      keyFile,
      '-out',
      certFile,
    ];
    execFileSync('openssl', [...args, ...added, ...signer, '-config', this.settings], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  }
}
