import { Hold } from './hold';

describe('Hold', () => {
  let now: number;
  let changes: (string | null)[];
  let hold: Hold;
  beforeEach(() => {
    now = 1_000;
    changes = [];
    hold = new Hold(
      (reason) => void changes.push(reason),
      () => now,
    );
  });

  it('allows every attempt while the server works', () => {
    for (let attempt = 0; attempt < 5; attempt += 1) expect(hold.begin()).toBe(true);
    expect(hold.seconds).toBe(0);
  });

  it('allows one attempt after each pause, and all after a success', () => {
    expect(hold.begin()).toBe(true);
    hold.fails('down', { refusedByServer: false, mail: undefined });
    expect(hold.begin()).toBe(false);
    now += hold.seconds * 1_000;
    expect([hold.begin(), hold.begin(), hold.begin()]).toEqual([true, false, false]);
    hold.serves();
    expect([hold.begin(), hold.begin()]).toEqual([true, true]);
    expect(changes).toEqual(['down', null]);
  });

  it.each([
    [false, 5],
    [true, 30],
  ])('pauses longer each time if the server replied: %s, up to %i s', (replied, most) => {
    const pauses: number[] = [];
    for (let failure = 0; failure < 10; failure += 1) {
      expect(hold.begin()).toBe(true);
      hold.fails('no', { refusedByServer: replied, mail: undefined });
      pauses.push(hold.seconds);
      now += hold.seconds * 1_000;
    }
    expect(pauses.slice(0, 3)).toEqual([0.5, 1, 2]);
    expect(pauses.at(-1)).toBe(most);
    expect(changes).toEqual(['no']);
  });

  it('counts attempts that fail together as one', () => {
    for (let attempt = 0; attempt < 10; attempt += 1) hold.begin();
    for (let attempt = 0; attempt < 10; attempt += 1)
      hold.fails('no', { refusedByServer: true, mail: undefined });
    expect(hold.seconds).toBe(0.5);
  });

  it('does not delay other mails for refusals of one mail, until another one is refused', () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(hold.begin()).toBe(true);
      hold.fails('5.7.1', { refusedByServer: true, mail: 'a@example.com' });
      expect(hold.seconds).toBe(0);
    }
    expect(hold.begin()).toBe(true);
    hold.fails('5.7.1', { refusedByServer: true, mail: 'b@example.com' });
    expect(hold.seconds).toBeGreaterThan(0);
  });

  it('knows how long the server has been failing', () => {
    hold.fails('no', { refusedByServer: false, mail: undefined });
    now += 12_000;
    hold.fails('no', { refusedByServer: false, mail: undefined });
    expect(hold.failingSeconds).toBe(12);
    hold.serves();
    expect(hold.failingSeconds).toBe(0);
  });
});
