import { CodeDeriver, hotp } from './activation-code';

describe('hotp', () => {
  const key = Buffer.from('12345678901234567890', 'ascii');

  // RFC 4226, appendix D.
  it.each([
    [0n, '755224'],
    [1n, '287082'],
    [2n, '359152'],
    [3n, '969429'],
    [4n, '338314'],
    [5n, '254676'],
    [6n, '287922'],
    [7n, '162583'],
    [8n, '399871'],
    [9n, '520489'],
  ])('returns the RFC 4226 value for counter %s', (counter, expected) => {
    expect(hotp(key, counter, 6)).toBe(expected);
  });

  // Appendix D lists the truncated values before the modulus: 0x4c93cf18 = 1284755224.
  it('truncates to the requested number of digits', () => {
    expect(hotp(key, 0n, 4)).toBe('5224');
    expect(hotp(key, 0n, 8)).toBe('84755224');
  });
});

describe('CodeDeriver', () => {
  const deriver = new CodeDeriver('a secret key of more than thirty-two characters');
  const code = { mailId: '7b0a2a0e-4d7e-4e0a-9a52-1f6e9d1f0c11', digits: 6, keyId: deriver.keyId };

  it('derives the same code for the same id and key', () => {
    const elsewhere = new CodeDeriver('a secret key of more than thirty-two characters');
    expect(elsewhere.derive(code)).toBe(deriver.derive(code));
  });

  it('derives a different code for another key or another id', () => {
    const other = new CodeDeriver('another secret key of more than thirty-two characters');
    expect(other.derive(code)).not.toBe(deriver.derive(code));
    expect(deriver.derive({ ...code, mailId: '7b0a2a0e-4d7e-4e0a-9a52-1f6e9d1f0c12' })).not.toBe(
      deriver.derive(code),
    );
  });

  describe('after a rotation of the key', () => {
    const [oldKey, newKey] = [
      'a secret key of more than thirty-two characters',
      'the key that came after it, long enough',
    ];
    const rotated = new CodeDeriver(newKey, oldKey);
    const fresh = { ...code, keyId: rotated.keyId };

    it('accepts and resends codes of the previous key', () => {
      expect(rotated.matches(code, deriver.derive(code))).toBe(true);
      expect(rotated.derive(code)).toBe(deriver.derive(code));
    });

    it('rejects the code that the previous key would derive for a new id', () => {
      expect(rotated.keyId).not.toBe(deriver.keyId);
      expect(rotated.derive(fresh)).not.toBe(deriver.derive({ ...fresh, keyId: deriver.keyId }));
      expect(rotated.matches(fresh, deriver.derive({ ...fresh, keyId: deriver.keyId }))).toBe(false);
      expect(rotated.matches(fresh, rotated.derive(fresh))).toBe(true);
    });

    it('rejects codes of a key that is no longer configured', () => {
      expect(new CodeDeriver(newKey).matches(code, deriver.derive(code))).toBe(false);
    });
  });

  it('keeps leading zeros', () => {
    const ids = Array.from({ length: 500 }, (_, index) => ({
      mailId: String(index),
      digits: 4,
      keyId: deriver.keyId,
    }));
    const codes = ids.map((id) => deriver.derive(id));
    expect(codes.every((each) => /^\d{4}$/.test(each))).toBe(true);
    expect(codes.some((each) => each.startsWith('0'))).toBe(true);
  });

  it('accepts its own code and no other', () => {
    const right = deriver.derive(code);
    expect(deriver.matches(code, right)).toBe(true);
    expect(deriver.matches(code, right.slice(1))).toBe(false);
    expect(deriver.matches(code, `${right}0`)).toBe(false);
    expect(deriver.matches(code, '')).toBe(false);
  });
});
