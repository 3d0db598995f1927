import fc from 'fast-check';
import { LatencySketch } from '../domain/latency-sketch';
import { decodeSketch, encodeSketch } from './sketch-codec';

describe('the stored form of a sketch', () => {
  it('decodes to what was encoded', () => {
    const durations = fc.array(fc.double({ min: 0, max: 4_000_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(durations, (given) => {
        const sketch = new LatencySketch();
        for (const duration of given) sketch.add(duration);
        const record = sketch.toRecord();
        expect(decodeSketch(encodeSketch(record))).toEqual(record);
      }),
    );
  });

  it('takes six bytes per bin', () => {
    expect(encodeSketch({ min: 1, max: 2, bins: [-3, 1, 0, 5] })).toHaveLength(16 + 2 * 6);
  });
});
