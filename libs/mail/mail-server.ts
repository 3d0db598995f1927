import { SmtpSession } from './adapters/smtp/smtp-session';
import type { SmtpAddress } from './domain/smtp-address';

/** Connects, waits for the greeting and negotiates TLS, without sending a secret. @throws {Error} with the reason */
export async function greetMailServer(address: SmtpAddress, timeoutMs: number): Promise<void> {
  (await SmtpSession.greet(address, timeoutMs)).close();
}

/** The same, and signs in. @throws {Error} with the reason */
export async function signInToMailServer(
  address: SmtpAddress,
  timeoutMs: number,
): Promise<{ readonly takesUtf8: boolean }> {
  const session = await SmtpSession.open(address, timeoutMs);
  const takesUtf8 = session.takesUtf8();
  session.close();
  return { takesUtf8 };
}
