import type { Stage } from './reply';

/** Why an attempt failed. */
export class SmtpFailure extends Error {
  constructor(
    readonly stage: Stage,
    message: string,
    /** The reply of the server with its code; undefined if there was none. */
    readonly reply: string | undefined,
    /** Whether the final dot had been sent: without a reply, the server may have the mail. */
    readonly afterDot = false,
  ) {
    super(message);
    this.name = 'SmtpFailure';
  }
}

/** nodemailer's error; its fields are documented at https://nodemailer.com/smtp/. */
export interface ConnectionError extends Error {
  readonly response?: string | false;
  readonly command?: string;
}

/** The stage of a nodemailer command name. */
export function stageOf(command = ''): Stage | undefined {
  if (command === 'MAIL FROM') return 'sender';
  if (command === 'RCPT TO') return 'recipient';
  if (command === 'DATA') return 'content';
  return command.startsWith('AUTH') ? 'login' : undefined;
}
