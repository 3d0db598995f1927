import { connectionsAllowed } from './open-files';

describe('The number of connections', () => {
  it.each([
    [10_000, 20_000, 10_000],
    [10_000, 4_096, 3_996],
    [10_000, 64, 32],
    [50, Infinity, 50],
  ])('is, of %d wanted with %d open files, %d', (wanted, files, allowed) => {
    expect(connectionsAllowed(wanted, files)).toBe(allowed);
  });
});
