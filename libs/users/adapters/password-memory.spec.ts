import { PasswordMemory } from './password-memory';

describe('PasswordMemory', () => {
  let now = 0;
  const memoryOf = (seconds: number): PasswordMemory => new PasswordMemory(seconds, () => now);
  beforeEach(() => {
    now = 0;
  });

  it('remembers a password only for its hash', () => {
    const memory = memoryOf(60);
    memory.remember('SecurePass123', 'hash');
    expect(memory.remembers('SecurePass123', 'hash')).toBe(true);
    expect(memory.remembers('SecurePass124', 'hash')).toBe(false);
    expect(memory.remembers('SecurePass123', 'renewed hash')).toBe(false);
  });

  it('forgets after the configured time', () => {
    const memory = memoryOf(60);
    memory.remember('SecurePass123', 'hash');
    now = 59_999;
    expect(memory.remembers('SecurePass123', 'hash')).toBe(true);
    now = 60_000;
    expect(memory.remembers('SecurePass123', 'hash')).toBe(false);
  });

  it('forgets the oldest entry beyond ten thousand', () => {
    const memory = memoryOf(60);
    for (let n = 0; n <= 10_000; n += 1) memory.remember('SecurePass123', `hash ${n}`);
    expect(memory.remembers('SecurePass123', 'hash 0')).toBe(false);
    expect(memory.remembers('SecurePass123', 'hash 1')).toBe(true);
    expect(memory.remembers('SecurePass123', 'hash 10000')).toBe(true);
  });

  it('remembers nothing when it is off', () => {
    const memory = memoryOf(0);
    memory.remember('SecurePass123', 'hash');
    expect(memory.remembers('SecurePass123', 'hash')).toBe(false);
  });
});
