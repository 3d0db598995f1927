import { Gauge, Registry } from 'prom-client';
import { PrometheusScrape } from './prometheus-scrape';

describe('PrometheusScrape', () => {
  it('reads the metrics once for all scrapes that wait, at most ten times a second', async () => {
    const registry = new Registry();
    let read = 0;
    new Gauge({ name: 'read', help: 'Read', registers: [registry], collect: () => void (read += 1) });
    const scrape = new PrometheusScrape(registry);
    const started = performance.now();
    await Promise.all(Array.from({ length: 1_000 }, () => scrape.text()));
    expect(read).toBe(2);
    await scrape.text();
    expect(read).toBe(3);
    expect(performance.now() - started).toBeGreaterThanOrEqual(190);
  });
});
