import type { Attachment } from 'postal-mime';
import { judgeReply } from '../adapters/smtp/reply';

/** What a report says of a mail. */
export interface Bounce {
  /** Whether the address will never take this mail; a delay or a fault of ours is not that. */
  readonly permanent: boolean;
  readonly reason: string;
}

export interface Report {
  /** Undefined where it is no report about a mail, such as an out-of-office reply. */
  readonly bounce: Bounce | undefined;
  /** All that it says, decoded, one value or part a line. */
  readonly text: string;
}

type Fields = ReadonlyMap<string, string>;

/** Complaints of a reader; a report of `auth-failure` comes from the reader's server (RFC 6591). */
const COMPLAINTS: ReadonlySet<string> = new Set(['abuse', 'fraud', 'opt-out']);

/**
 * Reads a report about a mail: a delivery status notification (RFC 3464), or a complaint of the reader's provider
 * (RFC 5965). What only looks like one in its text is none: the parts of the message decide.
 */
export async function readReport(message: Uint8Array | string): Promise<Report> {
  // One command needs it; api and worker load this library, too.
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(message, { attachmentEncoding: 'utf8' }).catch(() => undefined);
  // Nested or headed beyond any mail server's reports.
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

/** The groups of fields of a report, which empty lines part: one of the mail, then one a recipient. */
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
  // Where an address leads to several mailboxes, one that has the mail, or may get it yet, is enough.
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

/** Whether a group is about the one whom the returned mail was written to. */
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
