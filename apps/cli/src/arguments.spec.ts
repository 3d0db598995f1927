import { integer, moment, seconds } from './arguments';

describe('seconds', () => {
  it.each([
    ['90s', 90],
    ['15m', 900],
    ['1h', 3_600],
    ['7d', 604_800],
    ['0s', 0],
    ['3650d', 315_360_000],
  ])('reads %s', (given, expected) => expect(seconds(given)).toBe(expected));

  it.each(['', '1', 'h', '-1h', '1.5h', '1 h', '1H', '1w', '1h30m', '0x1h', '١h', '3651d', '9999999999s'])(
    'refuses "%s"',
    (given) => {
      expect(() => seconds(given)).toThrow(expect.objectContaining({ code: 'commander.invalidArgument' }));
    },
  );
});

describe('integer', () => {
  it('accepts the bounds and the numbers in between', () => {
    expect([integer('1', 1, 10), integer('7', 1, 10), integer('10', 1, 10)]).toEqual([1, 7, 10]);
  });

  it.each(['', '0', '11', '-1', '1.0', '1e1', '0x1', ' 1', 'one', '9999999999999999'])(
    'refuses "%s"',
    (given) => {
      expect(() => integer(given, 1, 10)).toThrow('Use a whole number from 1 to 10.');
    },
  );
});

describe('moment', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31t23:59:59.5z', '2026-01-31T23:59:59.500Z'],
  ])('reads %s', (given, expected) => expect(moment(given).toISOString()).toBe(expected));

  it('reads an age as a time in the past', () => {
    expect(Date.now() - moment('2h').getTime()).toBeCloseTo(7_200_000, -3);
  });

  it.each([
    '',
    '2026-02-30',
    '2026-02-29T10:00:00Z',
    '2026-13-01',
    '2026-01-31T25:00:00Z',
    '31.01.2026',
    'now',
  ])('refuses "%s"', (given) => {
    expect(() => moment(given)).toThrow(expect.objectContaining({ code: 'commander.invalidArgument' }));
  });
});
