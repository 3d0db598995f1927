import { styleText } from 'node:util';
import type { Settings } from './settings';

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

/** The tools request these so often that they would push everything else off the screen. */
const QUIET_ROUTES = ['/readyz', '/livez', '/metrics'];

const LEVEL_STYLES: Readonly<Record<string, 'yellow' | 'red'>> = {
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
};

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a program's JSON line in a readable form; other lines are printed unchanged. */
export function printLog(name: string, line: string): void {
  const entry = parse(line);
  if (entry !== undefined && isQuiet(entry)) return;
  const text = `${name.padEnd(13)} ${readable(line)}`;
  const style = LEVEL_STYLES[entry?.level ?? ''];
  printLine(style === undefined ? text : styleText(style, text));
}

const isQuiet = ({ message, route, status }: LogLine): boolean =>
  message === 'request' && status === 200 && QUIET_ROUTES.includes(route ?? '');

/** The last output of the child before it died. */
export const lastLines = (tail: readonly string[]): string =>
  tail.length === 0
    ? 'It printed nothing.'
    : `Its last lines:\n${tail.map((line) => `  ${readable(line)}`).join('\n')}`;

function readable(line: string): string {
  const entry = parse(line);
  if (entry === undefined) return line;
  const time = entry.time?.slice(11, 19) ?? '';
  const level = entry.level === 'info' ? '' : `${entry.level?.toUpperCase() ?? ''} `;
  if (entry.message === 'request') {
    return `${time} ${level}${entry.method} ${entry.route} ${entry.status} ${entry.duration_ms} ms`;
  }
  const reason = entry.error?.message === undefined ? '' : `: ${entry.error.message}`;
  return `${time} ${level}${entry.message ?? ''}${reason}`;
}

function parse(line: string): LogLine | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function printBanner({ ports, ownInbox, ownDatabase }: Settings): void {
  const api = `http://127.0.0.1:${ports.api}`;
  const inbox = `http://127.0.0.1:${ports.inbox}`;
  const kept = ownDatabase ? '; accounts are kept in .data/' : '';
  printLine(`
  Ready. Ctrl-C stops everything${kept}

${ownInbox ? `    Try it   ${inbox}/try\n    Inbox    ${inbox}\n` : ''}    API      ${api}/api/v1
    Docs     ${api}/docs
    Health   ${api}/api/v1/health
    Metrics  ${api}/api/v1/metrics
`);
  if (ownInbox) printLine(`  Or try it in another terminal:\n${curlLines(api, inbox)}`);
  printLine("  Operate it: make cli ARGS='users find test@example.com', make cli ARGS='doctor'\n");
}

/** From sign-up to activation, as shell commands. */
export const curlLines = (api: string, inbox: string): string => `
    curl -s ${api}/api/v1/users/register -H 'Content-Type: application/json' \\
      -d '{"email":"test@example.com","password":"SecurePass123"}'
    CODE=$(curl -s --fail --retry 5 --retry-all-errors '${inbox}/api/v1/message/latest?to=test@example.com' | \\
      sed -n 's/.*"Text":"\\([0-9]*\\) .*/\\1/p')
    curl -s ${api}/api/v1/users/activate -u test@example.com:SecurePass123 \\
      -H 'Content-Type: application/json' -d "{\\"activation_code\\":\\"$CODE\\"}"
`;
