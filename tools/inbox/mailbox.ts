import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import PostalMime from 'postal-mime';

/** Number of kept mails; the oldest are dropped first. */
const MAILS_MAX = 500;

interface Address {
  readonly Name: string;
  readonly Address: string;
}

/** A mail in the format of Mailpit's API. */
export interface StoredMail {
  readonly ID: string;
  readonly MessageID: string;
  readonly From: Address;
  readonly To: readonly Address[];
  readonly Subject: string;
  readonly Created: string;
  readonly Text: string;
  readonly HTML: string;
  readonly Size: number;
  readonly Raw: string;
}

/** Mails received over SMTP, newest first, in memory. Emits `mail` for each one. */
export class Mailbox extends EventEmitter<{ mail: [StoredMail] }> {
  private mails: StoredMail[] = [];
  private arrivals = 0;

  async add(raw: Buffer, recipients: readonly string[]): Promise<StoredMail> {
    const parsed = await PostalMime.parse(raw);
    this.arrivals += 1;
    const mail: StoredMail = {
      ID: createHash('sha256').update(`${this.arrivals}\0`).update(raw).digest('base64url').slice(0, 22),
      MessageID: (parsed.messageId ?? '').replace(/^<|>$/g, ''),
      From: { Name: parsed.from?.name ?? '', Address: parsed.from?.address ?? '' },
      // The envelope determines the recipient; the header is only text.
      To: recipients.map((Address) => ({ Name: '', Address })),
      Subject: parsed.subject ?? '',
      Created: new Date().toISOString(),
      Text: parsed.text ?? '',
      HTML: parsed.html ?? '',
      Size: raw.length,
      Raw: raw.toString('utf8'),
    };
    this.mails = [mail, ...this.mails].slice(0, MAILS_MAX);
    this.emit('mail', mail);
    return mail;
  }

  all(): readonly StoredMail[] {
    return this.mails;
  }

  /** `latest` is the newest mail, as in Mailpit; with an address, the newest mail to that address. */
  find(id: string, to: string | null = null): StoredMail | undefined {
    if (id !== 'latest') return this.mails.find((mail) => mail.ID === id);
    return this.mails.find(({ To }) => to === null || To.some(({ Address }) => Address === to));
  }

  /** Deletes the mails with these ids, or all of them. */
  delete(ids: readonly string[] = []): void {
    this.mails = ids.length === 0 ? [] : this.mails.filter((mail) => !ids.includes(mail.ID));
  }
}
