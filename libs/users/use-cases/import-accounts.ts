import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import {
  AccountAdministration,
  type AddedAccounts,
  type ImportedAccount,
  type ImportOutcome,
  type Operator,
} from '../domain/account-administration';
import { parseImportLine, RefusedLine } from '../domain/import-line';

/** Lines per transaction: enough to spread its cost, few enough to keep memory and locks small. */
const BATCH_LINES = 2_000;

export interface ImportRequest {
  /** One JSON object per line. */
  readonly lines: AsyncIterable<string>;
  /** Null for a dry run: nothing is written, and the outcome shows what would be. */
  readonly operator: Operator | null;
  readonly signal: AbortSignal;
  readonly onRefused: (line: number, reason: string) => void;
  readonly onProgress: (lines: number) => void;
}

export interface ImportReport {
  readonly lines: number;
  readonly added: number;
  /** Accounts imported before: an interrupted import is run again from its beginning. */
  readonly present: number;
  readonly refused: number;
}

/** Imports activated accounts of another system in batches, with constant memory, except for a dry run. */
@Injectable()
export class ImportAccounts {
  constructor(@Inject(AccountAdministration) private readonly administration: AccountAdministration) {}

  /** @throws {Unavailable} */
  async importAccounts(request: ImportRequest): Promise<ImportReport> {
    const report = { lines: 0, added: 0, present: 0, refused: 0 };
    const refuse = (line: number, reason: string): void => {
      report.refused += 1;
      request.onRefused(line, reason);
    };
    const { operator } = request;
    // A dry run remembers its accounts: two lines with one address may be far apart.
    const added: AddedAccounts = new Map();
    const store = (accounts: readonly ImportedAccount[]): Promise<ImportOutcome> =>
      operator === null
        ? this.administration.dryRunImport(accounts, added)
        : this.administration.importAccounts(accounts, operator);
    // One batch is written while the next is read.
    let writing: Promise<void> = Promise.resolve();
    let batch: ImportedAccount[] = [];
    const write = async (): Promise<void> => {
      const full = batch;
      batch = [];
      await writing;
      writing = store(full).then((outcome) => {
        report.added += outcome.added;
        report.present += outcome.present;
        for (const { line, reason } of outcome.refused) refuse(line, reason);
        request.onProgress(report.lines);
      });
      // One of the awaits throws a failure; until then it must not count as unhandled.
      writing.catch(() => {});
    };
    for await (const text of request.lines) {
      if (request.signal.aborted) break;
      report.lines += 1;
      if (text.trim() === '') continue;
      const account = read(text, report.lines, refuse);
      if (account !== null) batch.push(account);
      if (batch.length >= BATCH_LINES) await write();
    }
    if (batch.length > 0) await write();
    await writing;
    return report;
  }
}

function read(
  text: string,
  line: number,
  refuse: (line: number, reason: string) => void,
): ImportedAccount | null {
  try {
    const account = parseImportLine(text, line);
    // Version 7, like a registration: ids ordered by time keep new index entries together.
    return { ...account, id: account.id ?? uuidv7() };
  } catch (error) {
    if (!(error instanceof RefusedLine)) throw error;
    refuse(line, error.message);
    return null;
  }
}
