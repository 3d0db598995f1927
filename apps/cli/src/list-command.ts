import { Option } from 'nest-commander';
import type { Page } from '@app/runtime';
import { integer } from './arguments';
import { BaseCommand, type ReportOptions } from './base-command';
import { csvLine, numbers, plainText, table } from './terminal/format';
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

/** A column: its heading in a table, its name in JSON and CSV, and its value. Without a heading it is in no table. */
export interface Column<Entry> {
  readonly heading?: string;
  readonly name: string;
  readonly value: (entry: Entry) => string | number | null;
}

export type ReadPage<Entry> = (limit: number, after?: string) => Promise<Page<Entry>>;

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000_000;
const PAGE_ENTRIES = 2_000;

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
    if (csv && json) this.wrongUsage('use either --csv or --json');
    if (all && limit !== undefined) this.wrongUsage('use either --all or --limit');
    if (since !== undefined && until !== undefined && until <= since)
      this.wrongUsage('--until must be after --since');
  }

  protected async printList<Entry>(
    options: ListOptions & Period,
    columns: readonly Column<Entry>[],
    readPage: ReadPage<Entry>,
  ): Promise<void> {
    this.refuseContradictions(options);
    const pages = pagesOf(readPage, options.all ? Infinity : (options.limit ?? LIMIT_DEFAULT));
    if (process.stdout.isTTY && !options.csv && !options.json) await printTable(columns, pages);
    else await printRecords(columns, pages, options.csv);
  }
}

/** Reads page after page, and keeps only one in memory. Ends early if nothing reads the output any longer. */
export async function* pagesOf<Entry>(readPage: ReadPage<Entry>, limit: number): AsyncGenerator<Page<Entry>> {
  let left = limit;
  let after: string | undefined;
  do {
    const page = await readPage(Math.min(PAGE_ENTRIES, left), after);
    yield page;
    left -= page.entries.length;
    after = page.next ?? undefined;
  } while (after !== undefined && left > 0 && !Output.closed);
}

/** Prints one JSON object per line, or CSV. */
export async function printRecords<Entry>(
  columns: readonly Column<Entry>[],
  pages: AsyncIterable<Page<Entry>>,
  csv = false,
  onPrinted: (records: number) => void = () => {},
): Promise<void> {
  const asCsv = (entry: Entry): string => csvLine(columns.map(({ value }) => value(entry)));
  const asJson = (entry: Entry): string =>
    `${JSON.stringify(Object.fromEntries(columns.map(({ name, value }) => [name, value(entry)])))}\n`;
  if (csv) await Output.write(csvLine(columns.map(({ name }) => name)));
  let printed = 0;
  for await (const { entries } of pages) {
    await Output.write(entries.map(csv ? asCsv : asJson).join(''));
    printed += entries.length;
    onPrinted(printed);
  }
}

async function printTable<Entry>(
  columns: readonly Column<Entry>[],
  pages: AsyncIterable<Page<Entry>>,
): Promise<void> {
  const shown = columns.filter(({ heading }) => heading !== undefined);
  let printed = 0;
  let more = '';
  for await (const { entries, next } of pages) {
    const rows = entries.map((entry) => shown.map(({ value }) => plainText(forPeople(value(entry)))));
    const text = table(
      shown.map(({ heading = '' }) => heading),
      rows,
    );
    // Only the first page has a heading.
    if (rows.length > 0) await Output.write(`${printed === 0 ? text : text.slice(text.indexOf('\n') + 1)}\n`);
    printed += entries.length;
    more = next === null ? '' : '; use --all or --limit to see more';
  }
  await Output.write(printed === 0 ? 'None.\n' : `\n${numbers(printed)} shown${more}.\n`);
}

const MOMENT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\.\d+Z$/;
const forPeople = (value: string | number | null): string =>
  value === null ? '-' : String(value).replace(MOMENT, '$1 $2');
