import { readFileSync } from 'node:fs';
import { variables } from './variables';

/** What the environment gives, as text, and what is remarkable about how it is given. */
export interface Given {
  readonly values: Readonly<Record<string, string>>;
  readonly faults: string[];
  readonly warnings: string[];
}

/** What the kubelet and Docker's old links set for every service: `API_PORT=tcp://10.0.0.7:8000`. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;

/** Collects each variable or the content of the file that `NAME_FILE` names; an empty value counts as not given. */
export function givenValues(raw: NodeJS.ProcessEnv): Given {
  const given = { values: {} as Record<string, string>, faults: [] as string[], warnings: [] as string[] };
  for (const [name, { secret }] of Object.entries(variables)) {
    let value = raw[name];
    if (value !== undefined && name.endsWith('_PORT') && SERVICE_LINK.test(value)) {
      given.warnings.push(
        `${name}: "${value}" is the address of a service of that name, set by Kubernetes (enableServiceLinks); it is ignored`,
      );
      value = undefined;
    }
    const file = raw[`${name}_FILE`];
    if (value && file) given.faults.push(`${name}: given twice, as ${name} and as ${name}_FILE; remove one`);
    else if (file) readInto(given, name, file, secret);
    else if (value) {
      given.values[name] = value;
      given.warnings.push(...nearMisses(name, value, secret));
    }
  }
  given.warnings.push(...unknownNames(raw));
  return given;
}

/** Beginnings that only our variables have, more or less. */
const FAMILIES = /^(ACTIVATION_CODE|DATABASE|PURGE|RATE_LIMIT|REDIS|SMTP|WEB_PROCESS)_/;

/** Names that are nearly ours: nothing reads them, and their author believes otherwise. */
function unknownNames(raw: NodeJS.ProcessEnv): string[] {
  return Object.keys(raw)
    .filter((name) => FAMILIES.test(name) && !/_(SERVICE|PORT)(_|$)/.test(name))
    .filter((name) => !(name.replace(/_FILE$/, '') in variables))
    .map((name) => `${name}: no variable of that name is read; docs/configuration.md lists them all`);
}

function readInto(
  given: { values: Record<string, string> } & Given,
  name: string,
  file: string,
  secret: boolean,
): void {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    // The path stays out of the message: it is the secret itself where someone confused the two variables.
    const { code } = error as NodeJS.ErrnoException;
    given.faults.push(`${name}_FILE: cannot read that file (${code})`);
    return;
  }
  const fault = encodingFault(bytes);
  if (fault !== undefined) {
    given.faults.push(`${name}_FILE: ${fault}`);
    return;
  }
  const value = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (/[\r\n]$/.test(value)) {
    given.warnings.push(
      `${name}_FILE: the file ends with more than one line end; all but the last belong to the value`,
    );
  } else if (secret && /\s/.test(value)) {
    given.warnings.push(`${name}_FILE: the value contains white space, which belongs to it`);
  }
  if (value === '') given.warnings.push(`${name}_FILE: the file is empty; ${name} counts as not set`);
  else given.values[name] = value;
}

/** Windows editors and shells write these, and no other program would find the same secret in the file. */
function encodingFault(bytes: Buffer): string | undefined {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0)) {
    return 'the file is UTF-16 or binary; save it as UTF-8';
  }
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    return 'the file begins with a byte order mark; save it as UTF-8 without one';
  }
  return Buffer.from(bytes.toString('utf8')).equals(bytes) ? undefined : 'the file is not valid UTF-8';
}

/** Values that work and are probably not meant. */
function nearMisses(name: string, value: string, secret: boolean): string[] {
  const warnings: string[] = [];
  if (/^(["']).*\1$/s.test(value)) {
    warnings.push(
      `${name}: the value is in quotes, and they belong to it; remove them unless they are meant`,
    );
  }
  if (/^[A-Z][A-Z_]+=/.test(value) && value.slice(0, value.indexOf('=')) in variables) {
    warnings.push(
      `${name}: the value begins with the name of a variable, as if a whole line had been pasted`,
    );
  }
  if (secret && /^\.{0,2}\/\S+$/.test(value) && value.lastIndexOf('/') > 2) {
    warnings.push(
      `${name}: the value looks like the path of a file; ${name}_FILE reads the value from a file`,
    );
  }
  if (secret && /^\s|\s$/.test(value)) {
    warnings.push(`${name}: the value begins or ends with white space, which belongs to it`);
  }
  return warnings;
}
