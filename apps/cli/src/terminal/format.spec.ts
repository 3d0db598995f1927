import { csvLine } from './format';

describe('csvLine', () => {
  it('quotes fields with special characters, and doubles quotes', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', '', null, 7])).toBe(
      '"a,b","say ""x""","two\nlines",,,7\n',
    );
  });

  it.each(['=1+1@example.com', '+plus@example.com', '-dash@example.com', '@sum', '\tcmd'])(
    'writes %j so that no spreadsheet runs it',
    (text) => expect(csvLine([text])).toBe(`'${text}\n`),
  );

  it('puts the apostrophe inside the quotes', () => {
    expect(csvLine(['=HYPERLINK("x")'])).toBe(`"'=HYPERLINK(""x"")"\n`);
  });

  it('leaves numbers unchanged, and removes control characters', () => {
    expect(csvLine([-7, 'red \u001b[31mtext\u009b'])).toBe('-7,red  [31mtext \n');
  });
});
