import type { Ports } from './settings';

interface LogLine {
  readonly level?: string;
  readonly time?: string;
  readonly message?: string;
  readonly method?: string;
  readonly route?: string;
  readonly status?: number;
  readonly duration_ms?: number;
  readonly error?: { readonly message?: string };
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a program's JSON lines in a form that people read; what is no such line is printed as it is. */
export function createLogPrinter(): (name: string, line: string) => void {
  return (name, line) => printLine(`${name.padEnd(13)} ${readable(line)}`);
}

function readable(line: string): string {
  const entry = parse(line);
  if (entry === undefined) return line;
  const time = entry.time?.slice(11, 19) ?? '';
  const level = entry.level === 'info' ? '' : `${entry.level?.toUpperCase() ?? ''} `;
  if (entry.message === 'request') {
    return `${time} ${level}${entry.method} ${entry.route} ${entry.status} ${entry.duration_ms} ms`;
  }
  const reason = entry.error?.message === undefined ? '' : `: ${entry.error.message}`;
  return `${time} ${level}${entry.message ?? line}${reason}`;
}

function parse(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}

export function printBanner({ api, inbox }: Ports): void {
  const base = `http://127.0.0.1:${api}`;
  printLine(`
  Ready. Ctrl-C stops everything; what was registered is kept in .data/

    API     ${base}/api/v1
    Docs    ${base}/docs
    Inbox   http://127.0.0.1:${inbox}
    Health  ${base}/api/v1/health

  Try it in another terminal:

    curl -s ${base}/api/v1/users/register -H 'Content-Type: application/json' \\
      -d '{"email":"test@example.com","password":"SecurePass123"}'
    CODE=$(curl -s http://127.0.0.1:${inbox}/api/v1/message/latest | grep -oE '\\\\n +[0-9]{4,8}\\\\n' | grep -oE '[0-9]{4,8}')
    curl -s ${base}/api/v1/users/activate -u test@example.com:SecurePass123 \\
      -H 'Content-Type: application/json' -d "{\\"activation_code\\":\\"$CODE\\"}"
`);
}
