import { Option } from 'nest-commander';
import type { Page } from '@app/users';
import { integer } from './arguments';
import { BaseCommand, type ReportOptions } from './base-command';
import { csvLine, plainText, table } from './terminal/format';
import { Output } from './terminal/output';

export interface ListOptions extends ReportOptions {
  readonly csv?: boolean;
  readonly limit?: number;
  readonly all?: boolean;
}

interface Period {
  readonly since?: Date;
  readonly until?: Date;
}

/** A column: its heading, its name in JSON and CSV, and its value. */
export interface Column<Entry> {
  readonly heading: string;
  readonly name: string;
  readonly value: (entry: Entry) => string | number | null;
  /** Only in JSON and CSV. */
  readonly hidden?: boolean;
}

export type ReadPage<Entry> = (limit: number, after?: string) => Promise<Page<Entry>>;

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000_000;
const PAGE_ENTRIES = 1_000;

/** Prints a list: as a table on a terminal, as one JSON object per line in a pipe or with `--json`, or as CSV. */
export abstract class ListCommand extends BaseCommand {
  @Option({ flags: '--csv', description: 'print comma-separated values (RFC 4180) with a header line' })
  parseCsv(): boolean {
    return true;
  }

  @Option({
    flags: '--limit <entries>',
    description: 'number of entries to print, 1 to 1000000 (default: 100)',
  })
  parseLimit(given: string): number {
    return integer(given, 1, LIMIT_MAX);
  }

  @Option({ flags: '--all', description: 'print all entries' })
  parseAll(): boolean {
    return true;
  }

  @Option({ flags: '--json', description: 'print one JSON object per line, as in a pipe' })
  override parseJson(): boolean {
    return true;
  }

  /** Ends the command with wrong usage if options contradict each other, because one of them would be ignored. */
  protected refuseContradictions({ csv, json, all, limit, since, until }: ListOptions & Period): void {
    const wrong = (what: string): never => this.command.error(`error: ${what}`, { exitCode: 2 });
    if (csv && json) wrong('use either --csv or --json');
    if (all && limit !== undefined) wrong('use either --all or --limit');
    if (since !== undefined && until !== undefined && until <= since) wrong('--until must be after --since');
  }

  /** Reads page after page and keeps only one in memory. Resolves to the number of printed entries. */
  protected async printList<Entry>(
    options: ListOptions & Period,
    columns: readonly Column<Entry>[],
    readPage: ReadPage<Entry>,
  ): Promise<number> {
    this.refuseContradictions(options);
    const most = options.all ? Infinity : (options.limit ?? LIMIT_DEFAULT);
    const words = !options.csv && !options.json && process.stdout.isTTY;
    if (options.csv) await Output.write(csvLine(columns.map(({ name }) => name)));
    let printed = 0;
    let after: string | undefined;
    do {
      const page: Page<Entry> = await readPage(Math.min(PAGE_ENTRIES, most - printed), after);
      if (words) await Output.write(asTable(columns, page.entries, printed === 0));
      else await Output.write(page.entries.map(options.csv ? asCsv(columns) : asJson(columns)).join(''));
      printed += page.entries.length;
      after = page.next ?? undefined;
    } while (after !== undefined && printed < most && !Output.closed);
    if (words) {
      const more = after === undefined ? '' : '; use --all or --limit to see more';
      await Output.write(printed === 0 ? 'None.\n' : `\n${printed.toLocaleString('en-US')} shown${more}.\n`);
    }
    return printed;
  }
}

const asJson =
  <Entry>(columns: readonly Column<Entry>[]) =>
  (entry: Entry): string =>
    `${JSON.stringify(Object.fromEntries(columns.map(({ name, value }) => [name, value(entry)])))}\n`;

const asCsv =
  <Entry>(columns: readonly Column<Entry>[]) =>
  (entry: Entry): string =>
    csvLine(columns.map(({ value }) => value(entry)));

function asTable<Entry>(
  columns: readonly Column<Entry>[],
  entries: readonly Entry[],
  headed: boolean,
): string {
  if (entries.length === 0) return '';
  const shown = columns.filter(({ hidden }) => !hidden);
  const rows = entries.map((entry) => shown.map(({ value }) => plainText(forPeople(value(entry)))));
  const text = table(
    shown.map(({ heading }) => heading),
    rows,
  );
  return `${headed ? text : text.slice(text.indexOf('\n') + 1)}\n`;
}

const MOMENT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\.\d+Z$/;
const forPeople = (value: string | number | null): string =>
  value === null ? '-' : String(value).replace(MOMENT, '$1 $2');
