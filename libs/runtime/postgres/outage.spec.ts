import { Unavailable } from '../lifecycle/deadline';
import { asOutage } from './outage';

const errorOf = (code: string): Error => Object.assign(new Error('by the test'), { code });

describe('An error of PostgreSQL', () => {
  it.each([
    '08006',
    '28P01',
    '3D000',
    '53100',
    '53300',
    '54000',
    '55000',
    '55P03',
    '57P03',
    '58030',
    'XX000',
    'XX001',
    'EMFILE',
    'EADDRNOTAVAIL',
  ])('is an outage if it is about the server: %s', (code) => {
    const error = errorOf(code);
    expect(asOutage(error)).toEqual(new Unavailable('database', code, { cause: error }));
  });

  it.each(['22012', '23505', '23514', '42601'])('is left unchanged if it is about the query: %s', (code) => {
    const error = errorOf(code);
    expect(asOutage(error)).toBe(error);
  });
});
