import { IMPORT_LINE_MAX, parseImportLine } from './import-line';

const HASH = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const line = (more: object = {}): string =>
  JSON.stringify({
    email: 'ana@example.com',
    password_hash: HASH,
    activated_at: '2025-01-31T12:00:00Z',
    ...more,
  });

describe('a line of an import', () => {
  it('may start with a byte order mark if it is the first one', () => {
    expect(parseImportLine(`\uFEFF${line()}`, 1)).toMatchObject({ line: 1, email: 'ana@example.com' });
    expect(() => parseImportLine(`\uFEFF${line()}`, 2)).toThrow('is not JSON');
  });

  it('is refused if it is too long, even if it is JSON', () => {
    const other = 'x'.repeat(IMPORT_LINE_MAX);
    expect(() => parseImportLine(line({ other }), 1)).toThrow('is longer than 1048576 characters');
  });

  it('is refused as another encoding if it is UTF-16', () => {
    expect(() => parseImportLine(Buffer.from(line(), 'utf16le').toString(), 1)).toThrow('is not UTF-8');
  });

  it.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '2025-02-30T00:00:00Z',
    '10000-01-01T00:00:00Z',
  ])('is refused with a time that PostgreSQL or the calendar does not have: %s', (activated_at) => {
    expect(() => parseImportLine(line({ activated_at }), 1)).toThrow('activated_at is not a time');
    expect(() => parseImportLine(line({ created_at: activated_at }), 1)).toThrow('created_at is not a time');
  });

  it('may have any other time until now', () => {
    const activated_at = '0001-01-01T00:00:00Z';
    expect(parseImportLine(line({ activated_at }), 1).activatedAt.getUTCFullYear()).toBe(1);
  });
});
