import { digestKey } from './sliding-windows';

describe('digestKey', () => {
  const key = (...parts: string[]): string => digestKey('secret', 'credentials', ...parts);

  it('does not reveal its input', () => {
    expect(key('192.0.2.7', 'kevin@example.com')).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('is the same for the same input, and different for another part, order, limit or secret', () => {
    const keys = [
      key('a', 'b'),
      key('b', 'a'),
      key('ab'),
      key('a', 'b', ''),
      digestKey('secret', 'activation', 'a', 'b'),
      digestKey('other', 'credentials', 'a', 'b'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(key('a', 'b')).toBe(keys[0]);
  });
});
