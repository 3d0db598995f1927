import { ENDPOINTS_MAX, Endpoints, OTHER, statusName, UNMATCHED_ROUTE } from './tally';

describe('Endpoints', () => {
  it('names an endpoint by its method and route template', () => {
    expect(new Endpoints().of('POST', '/api/v1/users/register')).toEqual({
      method: 'POST',
      route: '/api/v1/users/register',
      name: 'POST /api/v1/users/register',
    });
  });

  it('counts all unmatched requests under one name, whatever their method', () => {
    const endpoints = new Endpoints();
    const names = ['GET', 'POST', 'PROPFIND', ''].map((method) => endpoints.of(method, UNMATCHED_ROUTE).name);
    expect(new Set(names)).toEqual(new Set(['unmatched']));
  });

  it('counts unknown methods under one name', () => {
    const endpoints = new Endpoints();
    expect(endpoints.of('BREW', '/pot').name).toBe('other /pot');
    expect(endpoints.of('get', '/pot').name).toBe('other /pot');
  });

  it('counts names beyond the bound as one, and keeps earlier ones', () => {
    const endpoints = new Endpoints();
    for (let place = 0; place < ENDPOINTS_MAX; place += 1) endpoints.of('GET', `/${place}`);
    expect(endpoints.of('GET', '/one-too-many')).toEqual({ method: OTHER, route: OTHER, name: OTHER });
    expect(endpoints.of('GET', '/0').name).toBe('GET /0');
  });

  it('does not accept text with the length of a pasted path as a template', () => {
    expect(new Endpoints().of('GET', `/${'x'.repeat(200)}`).name).toBe(OTHER);
  });
});

describe('statusName', () => {
  it.each([
    [100, '100'],
    [404, '404'],
    [599, '599'],
    [99, OTHER],
    [600, OTHER],
    [200.5, OTHER],
    [Number.NaN, OTHER],
  ])('%p → %p', (status, name) => {
    expect(statusName(status)).toBe(name);
  });
});
