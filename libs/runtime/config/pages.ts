import type { Variable } from './kinds';
import { DEVELOPMENT_SECRET_KEY, sections } from './variables';

const ENV_HEADER = `# Every variable that the service reads, with its default: copy this file to .env and remove the "#" from the lines
# you change. NAME_FILE, with the path of a file that holds the value, can be set instead of NAME.
# Made by \`npm run config:docs\` from libs/runtime/config/variables.ts; docs/configuration.md says more.`;

/** The text of `.env.example`: each variable with its help and, commented out, its default. */
export function envExample(): string {
  const blocks = Object.entries(sections).flatMap(([title, table]) => [
    `# ${title}`.padEnd(118, ' -').trimEnd(),
    ...entriesOf(table).map(
      ([name, { help, accepts, default: value }]) =>
        `# ${help}${accepts === '' ? '' : ` (${accepts})`}\n#${name}=${asWritten(value)}`,
    ),
  ]);
  return `${[ENV_HEADER, ...blocks].join('\n\n')}\n`;
}

const PAGE_HEADER = `# Configuration

<!-- Made by \`npm run config:docs\` from libs/runtime/config/variables.ts; edit that table instead. -->

The environment is read once at the start and checked as a whole. If anything is wrong, the program lists every fault by the
name of its variable and ends with exit status 78.

- \`.env\` of the working directory is read; variables that are already set win. [.env.example](../.env.example) is a copy of
  this page in that form.
- Every variable can be given as \`NAME_FILE\` instead: the path of a file that holds the value, such as a mounted secret. One
  line end at the end of the file is removed. A file in UTF-16 or with a byte order mark is refused.
- An empty value counts as not set, and so does \`tcp://…\` in a variable that ends in \`_PORT\`: Kubernetes sets those for its
  services.
- Flags are \`true\` or \`false\`, \`1\` or \`0\`, \`yes\` or \`no\`, \`on\` or \`off\`. Lists are separated by commas.
- A value that works and is probably not meant, or is unwise, is warned of at the start:
  limits that are off, a low \`BCRYPT_COST\`, public metrics, a port that belongs to another kind of server, one secret in two
  variables, a secret in quotes or with white space around it.
- The default \`SECRET_KEY\` is refused when \`NODE_ENV=production\`, and wherever \`API_HOST\` is not a loopback address.
- A private certificate authority belongs in Node's own \`NODE_EXTRA_CA_CERTS\`.
- \`make run\` also reads \`INBOX_PORT\` (8025), the port of its inbox, and uses the PostgreSQL of \`DATABASE_HOST\` instead of its
  own when that is set.`;

/** The text of docs/configuration.md: a table for each section. */
export function configurationPage(): string {
  const tables = Object.entries(sections).map(([title, table]) => {
    const rows = entriesOf(table).map(([name, { default: value, accepts, help }]) => [
      `\`${name}\``,
      value === DEVELOPMENT_SECRET_KEY ? 'one for development' : code(asWritten(value)),
      accepts,
      help,
    ]);
    return `## ${title}\n\n${markdownTable(['Variable', 'Default', 'Accepts', 'What it is'], rows)}`;
  });
  return `${[PAGE_HEADER, ...tables].join('\n\n')}\n`;
}

const entriesOf = (table: Readonly<Record<string, Variable<unknown>>>) => Object.entries(table);

const code = (value: string): string => (value === '' ? 'none' : `\`${value.replaceAll('"', '')}\``);

/** As prettier lays it out, so that the page passes its check. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** As a shell, Docker Compose and Node read it. */
function asWritten(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return /\s/.test(text) ? `"${text}"` : text;
}
