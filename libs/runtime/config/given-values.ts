import { readFileSync } from 'node:fs';
import { variables } from './variables';

/** The values of the environment as text, with the faults and warnings about how they were set. */
export interface Given {
  readonly values: Record<string, string>;
  readonly faults: string[];
  readonly warnings: string[];
}

/** The kubelet and Docker's legacy links set these for every service: `API_PORT=tcp://10.0.0.7:8000`. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;

/** Collects each variable, or the content of the file in `NAME_FILE`. An empty value counts as not set. */
export function givenValues(raw: NodeJS.ProcessEnv): Given {
  const given: Given = { values: {}, faults: [], warnings: [] };
  for (const [name, { secret }] of Object.entries(variables)) {
    let value = raw[name];
    if (value !== undefined && name.endsWith('_PORT') && SERVICE_LINK.test(value)) {
      given.warnings.push(
        `${name}: "${value}" is ignored: Kubernetes set it for a service of that name (enableServiceLinks)`,
      );
      value = undefined;
    }
    const file = raw[`${name}_FILE`];
    if (value && file) given.faults.push(`${name}: set twice, as ${name} and as ${name}_FILE; remove one`);
    else if (file) readInto(given, name, file, secret);
    else if (value) {
      given.values[name] = value;
      given.warnings.push(...nearMisses(name, value, secret));
    }
  }
  given.warnings.push(...unknownNames(raw));
  given.faults.push(...misreadNames(raw));
  return given;
}

/** A `.env` in another encoding: Node reads its byte order mark as part of the first name. */
const misreadNames = (raw: NodeJS.ProcessEnv): string[] =>
  Object.keys(raw).flatMap((name) => {
    if (name.startsWith('\ufeff')) {
      return `${name.slice(1)}: is not read, because .env starts with a byte order mark; save it as UTF-8 without one`;
    }
    return name.startsWith('\ufffd') ? '.env: the file is UTF-16 or binary; save it as UTF-8' : [];
  });

/** Prefixes that other programs hardly use. */
const FAMILIES = /^(ACTIVATION_CODE|DATABASE|EVENTS|PURGE|RATE_LIMIT|REDIS|SMTP|WEBHOOK|WEB_PROCESS)_/;

/** Variables of OpenTelemetry's own exporters. */
const SIGNAL_ENDPOINT = /^OTEL_EXPORTER_OTLP_(TRACES|METRICS|LOGS)_ENDPOINT$/;

/** Misspelled or outdated names: the operator believes that they have an effect, but nothing reads them. */
function unknownNames(raw: NodeJS.ProcessEnv): string[] {
  const signals = Object.keys(raw)
    .filter((name) => SIGNAL_ENDPOINT.test(name) && raw[name] !== '')
    .map((name) => `${name}: is not read; set OTEL_EXPORTER_OTLP_ENDPOINT, without /v1/traces`);
  const unknown = Object.keys(raw)
    .filter((name) => FAMILIES.test(name) && !/_(SERVICE|PORT)(_|$)/.test(name))
    .filter((name) => !(name.replace(/_FILE$/, '') in variables))
    .map((name) => `${name}: is not a variable of this service; docs/configuration.md lists them all`);
  return [...unknown, ...signals];
}

function readInto(given: Given, name: string, file: string, secret: boolean): void {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    // The message leaves the path out: if someone confused the two variables, it is the secret itself.
    const { code } = error as NodeJS.ErrnoException;
    given.faults.push(`${name}_FILE: cannot read the file (${code})`);
    return;
  }
  const fault = encodingFault(bytes);
  if (fault !== undefined) {
    given.faults.push(`${name}_FILE: ${fault}`);
    return;
  }
  const value = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (/[\r\n]$/.test(value)) {
    given.warnings.push(`${name}_FILE: the file ends with several line breaks; only the last one is removed`);
  } else if (secret && /\s/.test(value)) {
    given.warnings.push(`${name}_FILE: the value contains white space, which becomes part of it`);
  }
  if (value === '') given.warnings.push(`${name}_FILE: the file is empty; ${name} counts as not set`);
  else given.values[name] = value;
}

/** Windows editors and shells write these encodings. Other programs would read a different secret from such a file. */
function encodingFault(bytes: Buffer): string | undefined {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0)) {
    return 'the file is UTF-16 or binary; save it as UTF-8';
  }
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    return 'the file starts with a byte order mark; save it as UTF-8 without one';
  }
  return Buffer.from(bytes.toString('utf8')).equals(bytes) ? undefined : 'the file is not valid UTF-8';
}

/** Values that are valid but probably a mistake. */
function nearMisses(name: string, value: string, secret: boolean): string[] {
  const warnings: string[] = [];
  if (/^(["']).*\1$/s.test(value)) {
    warnings.push(`${name}: the quotes around the value are part of it; remove them unless that is intended`);
  }
  if (/^[A-Z][A-Z_]+=/.test(value) && value.slice(0, value.indexOf('=')) in variables) {
    warnings.push(`${name}: the value starts with the name of a variable; it looks like a whole pasted line`);
  }
  if (secret && /^\.{0,2}\/\S+$/.test(value) && value.lastIndexOf('/') > 2) {
    warnings.push(
      `${name}: the value looks like the path of a file; use ${name}_FILE to read it from a file`,
    );
  }
  if (value.startsWith('whsec_') && !name.startsWith('WEBHOOK_SECRET')) {
    warnings.push(`${name}: the value begins with whsec_, as that of WEBHOOK_SECRET does`);
  }
  if (name === 'OTEL_EXPORTER_OTLP_ENDPOINT' && /:4317\/*$/.test(value)) {
    warnings.push(
      `${name}: 4317 is the usual port of OTLP over gRPC; traces are sent over HTTP, usually to 4318`,
    );
  }
  if (/(USER|USERNAME|NAME)$/.test(name) && value.includes('://')) {
    warnings.push(`${name}: the value is a URL, and a name is expected`);
  }
  if (secret && /^\s|\s$/.test(value)) {
    warnings.push(`${name}: the value starts or ends with white space, which becomes part of it`);
  }
  return warnings;
}
