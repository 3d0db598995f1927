import type { SketchRecord } from '../domain/latency-sketch';

/** Keys of bins can be negative; this offset makes them sort in storage order. */
const KEY_BIAS = 32_768;
const EXTREMES_BYTES = 16;
const BIN_BYTES = 6;

/**
 * A sketch as stored in Redis, big-endian: minimum and maximum as doubles, then each bin in key order, as key plus
 * 32,768 in two bytes and count in four.
 */
export function encodeSketch({ min, max, bins }: SketchRecord): Buffer {
  const bytes = Buffer.alloc(EXTREMES_BYTES + (bins.length / 2) * BIN_BYTES);
  bytes.writeDoubleBE(min, 0);
  bytes.writeDoubleBE(max, 8);
  let offset = EXTREMES_BYTES;
  for (let place = 0; place + 1 < bins.length; place += 2) {
    bytes.writeUInt16BE((bins[place] as number) + KEY_BIAS, offset);
    bytes.writeUInt32BE(bins[place + 1] as number, offset + 2);
    offset += BIN_BYTES;
  }
  return bytes;
}

/**
 * Uses a DataView, because the buffer's own readers check every call, and a report decodes tens of thousands of bins.
 */
export function decodeSketch(bytes: Buffer): SketchRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor((bytes.byteLength - EXTREMES_BYTES) / BIN_BYTES);
  const bins = new Array<number>(count * 2);
  for (let place = 0; place < count; place += 1) {
    const offset = EXTREMES_BYTES + place * BIN_BYTES;
    bins[place * 2] = view.getUint16(offset) - KEY_BIAS;
    bins[place * 2 + 1] = view.getUint32(offset + 2);
  }
  return { min: view.getFloat64(0), max: view.getFloat64(8), bins };
}
