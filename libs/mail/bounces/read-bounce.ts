import { judgeReply } from '../adapters/smtp/reply';

/** What a report says of a mail. */
export interface Bounce {
  /** Whether the address will never take this mail; a delay or a fault of ours is not that. */
  readonly permanent: boolean;
  readonly reason: string;
}

/**
 * Reads a report about a mail: a delivery status notification (RFC 3464), or a complaint of the reader's provider
 * (RFC 5965). Undefined where it is neither, such as an out-of-office reply.
 */
export function readBounce(message: string): Bounce | undefined {
  const text = message.replaceAll('\r\n', '\n');
  const type = /^content-type:\s*multipart\/report\b(?:[^\n]|\n[ \t])*/im.exec(text)?.[0] ?? '';
  if (/report-type=["']?feedback-report/i.test(type)) {
    const feedback = field(text, 'feedback-type');
    return feedback === undefined
      ? undefined
      : { permanent: feedback !== 'not-spam', reason: `complaint: ${feedback}` };
  }
  if (!/report-type=["']?(global-)?delivery-status/i.test(type)) return undefined;
  const [action, status] = [field(text, 'action')?.toLowerCase(), field(text, 'status')];
  if (action === undefined || status === undefined) return undefined;
  const diagnostic = field(text, 'diagnostic-code')?.replace(/^\s*smtp\s*;\s*/i, '') ?? '';
  const words = /^\d{3}[ -]/.test(diagnostic) ? diagnostic : `550 ${status} ${diagnostic}`;
  const permanent =
    action === 'failed' && status.startsWith('5') && judgeReply('recipient', words) === 'address';
  return { permanent, reason: `${action} ${status} ${diagnostic}`.trim() };
}

/** A field of a report, its folded lines as one. */
function field(text: string, name: string): string | undefined {
  const value = new RegExp(`^${name}:((?:[^\\n]|\\n[ \\t])*)`, 'im').exec(text)?.[1];
  return value?.replace(/\s+/g, ' ').trim();
}
