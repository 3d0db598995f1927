import { PasswordMemory } from './password-memory';

describe('PasswordMemory', () => {
  let now = 0;
  const memoryOf = (seconds: number): PasswordMemory => new PasswordMemory(seconds, () => now);
  beforeEach(() => {
    now = 0;
  });

  it('remembers a password only for its hash', () => {
    const memory = memoryOf(60);
    memory.remember('hash', 'SecurePass123');
    expect(memory.remembers('hash', 'SecurePass123')).toBe(true);
    expect(memory.remembers('hash', 'SecurePass124')).toBe(false);
    expect(memory.remembers('renewed hash', 'SecurePass123')).toBe(false);
  });

  it('forgets after the configured time', () => {
    const memory = memoryOf(60);
    memory.remember('hash', 'SecurePass123');
    now = 59_999;
    expect(memory.remembers('hash', 'SecurePass123')).toBe(true);
    now = 60_000;
    expect(memory.remembers('hash', 'SecurePass123')).toBe(false);
  });

  it('forgets the oldest entry beyond ten thousand', () => {
    const memory = memoryOf(60);
    for (let n = 0; n <= 10_000; n += 1) memory.remember(`hash ${n}`, 'SecurePass123');
    expect(memory.remembers('hash 0', 'SecurePass123')).toBe(false);
    expect(memory.remembers('hash 1', 'SecurePass123')).toBe(true);
    expect(memory.remembers('hash 10000', 'SecurePass123')).toBe(true);
  });

  it('remembers nothing when it is off', () => {
    const memory = memoryOf(0);
    memory.remember('hash', 'SecurePass123');
    expect(memory.remembers('hash', 'SecurePass123')).toBe(false);
  });
});
