import type { Attachment } from 'postal-mime';
import { judgeReply } from '../adapters/smtp/reply';

/** The content of a report about a mail. */
export interface Bounce {
  /** Whether the address will never accept this mail. Delays and faults of the service do not count. */
  readonly permanent: boolean;
  readonly reason: string;
}

export interface Report {
  /** Undefined if it is not a report about a mail, for example an out-of-office reply. */
  readonly bounce: Bounce | undefined;
  /** Its decoded content, one value or part per line. */
  readonly text: string;
}

type Fields = ReadonlyMap<string, string>;

/** Complaint types of readers; a report of `auth-failure` comes from the reader's server (RFC 6591). */
const COMPLAINTS: ReadonlySet<string> = new Set(['abuse', 'fraud', 'opt-out']);

/**
 * Parses a report about a mail: a delivery status notification (RFC 3464) or a complaint via the reader's provider
 * (RFC 5965). The parts of the message decide; text that only looks like a report does not count.
 */
export async function readReport(message: Uint8Array | string): Promise<Report> {
  // Loaded here because only one command needs it, while the api and the worker load this library, too.
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(message, { attachmentEncoding: 'utf8' }).catch(() => undefined);
  // More nesting or longer headers than in reports of any mail server.
  if (mail === undefined) return { bounce: undefined, text: '' };
  const parts = mail.attachments.map((part) => ({ ...part, text: plain(part) }));
  const status = parts.find(({ mimeType }) => STATUS_TYPES.has(mimeType));
  const returned = parts.find(({ mimeType }) => RETURNED_TYPES.has(mimeType))?.text ?? '';
  return {
    bounce: status === undefined ? undefined : judge(groupsOf(status.text), returned),
    text: [...mail.headers.map(({ value }) => value), mail.text ?? '', ...parts.map(({ text }) => text)].join(
      '\n',
    ),
  };
}

const STATUS_TYPES: ReadonlySet<string> = new Set([
  'message/delivery-status',
  'message/global-delivery-status',
  'message/feedback-report',
]);
const RETURNED_TYPES: ReadonlySet<string> = new Set([
  'message/rfc822',
  'message/global',
  'text/rfc822-headers',
  'message/global-headers',
]);

const plain = ({ content }: Attachment): string =>
  (typeof content === 'string' ? content : new TextDecoder().decode(content)).replaceAll('\r\n', '\n');

/** The groups of fields of a report, separated by empty lines: one for the mail, then one per recipient. */
function groupsOf(text: string): readonly Fields[] {
  const unfolded = text.replaceAll(/\n[ \t]+(?=\S)/g, ' ');
  return unfolded.split(/\n[ \t]*\n/).map(
    (group) =>
      new Map(
        group.split('\n').flatMap((line): [string, string][] => {
          const colon = line.indexOf(':');
          return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
        }),
      ),
  );
}

function judge(groups: readonly Fields[], returned: string): Bounce | undefined {
  const complaint = groups[0]?.get('feedback-type')?.toLowerCase();
  if (complaint !== undefined)
    return { permanent: COMPLAINTS.has(complaint), reason: `complaint: ${complaint}` };
  const recipients = groups.filter((group) => group.has('action') && group.has('status'));
  const ours = recipients.filter((group) => isTo(group, returned));
  const judged = (ours.length > 0 ? ours : recipients).map(judgeRecipient);
  const [first] = judged;
  if (first === undefined) return undefined;
  // If an address leads to several mailboxes, it is enough that one of them has or may still get the mail.
  const refused = judged.find(({ permanent }) => permanent);
  const open = judged.find(({ failed }) => !failed);
  const { permanent, reason } = open ?? refused ?? first;
  return { permanent, reason };
}

function judgeRecipient(fields: Fields): Bounce & { readonly failed: boolean } {
  const [action, status] = [fields.get('action')?.toLowerCase() ?? '', fields.get('status') ?? ''];
  const [, enhanced = ''] = /^([245]\.\d{1,3}\.\d{1,3})/.exec(status) ?? [];
  const diagnostic = (fields.get('diagnostic-code') ?? '').replace(/^smtp\s*;\s*/i, '');
  const [, code = '550', said = enhanced, words = diagnostic] =
    /^(\d{3})[ -]([245]\.\d{1,3}\.\d{1,3})?(.*)$/.exec(diagnostic) ?? [];
  const failed = action === 'failed';
  const permanent =
    failed &&
    enhanced.startsWith('5') &&
    judgeReply('recipient', `${code} ${said} ${words.trim()}`) === 'address';
  return { failed, permanent, reason: `${action} ${status} ${diagnostic}`.trim() };
}

/** Whether a group is about the recipient of the returned mail. */
function isTo(group: Fields, returned: string): boolean {
  const [, to] = /^to:\s*<?([^\s<>@]+@[^\s<>@]+)>?\s*$/im.exec(returned) ?? [];
  if (to === undefined) return false;
  return ['original-recipient', 'final-recipient'].some(
    (name) =>
      group
        .get(name)
        ?.replace(/^.*;\s*/, '')
        .toLowerCase() === to.toLowerCase(),
  );
}
