import { Endpoints, ENDPOINTS_MAX, OTHER, statusName, UNMATCHED_ROUTE } from './endpoints';

describe('Endpoints', () => {
  it('names an endpoint by its method and route template', () => {
    expect(new Endpoints().of('POST', '/api/v1/users/register')).toEqual({
      method: 'POST',
      route: '/api/v1/users/register',
      name: 'POST /api/v1/users/register',
    });
  });

  it('puts everything that matches no route under one name, whatever its method', () => {
    const endpoints = new Endpoints();
    const names = ['GET', 'POST', 'PROPFIND', ''].map((method) => endpoints.of(method, UNMATCHED_ROUTE).name);
    expect(new Set(names)).toEqual(new Set(['unmatched']));
  });

  it('folds methods it does not know into one', () => {
    const endpoints = new Endpoints();
    expect(endpoints.of('BREW', '/pot').name).toBe('other /pot');
    expect(endpoints.of('get', '/pot').name).toBe('other /pot');
  });

  it('folds what comes after the bound into one, and keeps those that came before', () => {
    const endpoints = new Endpoints();
    for (let place = 0; place < ENDPOINTS_MAX; place += 1) endpoints.of('GET', `/${place}`);
    expect(endpoints.of('GET', '/one-too-many')).toEqual({ method: OTHER, route: OTHER, name: OTHER });
    expect(endpoints.of('GET', '/0').name).toBe('GET /0');
  });

  it('takes nothing of the length of a pasted path for a template', () => {
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
