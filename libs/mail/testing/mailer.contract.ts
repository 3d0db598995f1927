import { setTimeout as pause } from 'node:timers/promises';
import type { Mailer } from '../domain/mailer';
import { codeForKevin, noticeForMarie } from './letters';

/** A mail as received by the mail server. */
export interface DeliveredMail {
  /** Recipients of the envelope. */
  readonly recipients: readonly string[];
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A mailer, and the mail server behind it. */
export interface MailerStage {
  readonly mailer: Mailer;
  delivered(): readonly DeliveredMail[];
  /** What the server does with every mail from now on; initially it accepts them. */
  take(): Promise<void>;
  refuse(): Promise<void>;
  postpone(): Promise<void>;
  becomeUnavailable(): Promise<void>;
}

export function describeMailerContract(name: string, create: () => Promise<MailerStage>): void {
  describe(`Mailer contract: ${name}`, () => {
    let stage: MailerStage;
    beforeEach(async () => {
      stage = await create();
    });
    afterEach(() => stage.take());

    it('delivers the code to the one address, in text and HTML but not in the subject', async () => {
      await stage.mailer.send(codeForKevin());
      const [mail, ...others] = stage.delivered();
      expect(others).toEqual([]);
      expect(mail?.recipients).toEqual(['kevin@example.com']);
      expect(mail?.subject).toBe('Your User Registration activation code');
      expect(mail?.subject).not.toContain('073914');
      expect(mail?.text).toContain('073914');
      expect(mail?.html).toContain('073914');
    });

    it('delivers the notice in its own language', async () => {
      await stage.mailer.send(noticeForMarie());
      const [mail] = stage.delivered();
      expect(mail?.recipients).toEqual(['marie@example.com']);
      expect(mail?.subject).toBe('Vous avez déjà un compte User Registration');
      expect(mail?.text).toContain('Ce n’était pas vous\u00a0?');
    });

    it('gives every copy of a mail the same Message-ID, and different mails different ones', async () => {
      const mail = codeForKevin();
      await stage.mailer.send(mail);
      await stage.mailer.send(mail);
      await stage.mailer.send(codeForKevin());
      const ids = stage.delivered().map(({ messageId }) => messageId);
      expect(ids[0]).toContain(mail.id);
      expect(ids[1]).toBe(ids[0]);
      expect(new Set(ids).size).toBe(2);
    });

    it.each(['kevin@example.com', "o'hara+tag@sub.example.co.uk", 'kévin@xn--exmple-cua.com', 'a@b.co'])(
      'has exactly one recipient, the given address: %s',
      async (to) => {
        await stage.mailer.send(codeForKevin({ to }));
        expect(stage.delivered().map(({ recipients }) => recipients)).toEqual([[to]]);
      },
    );

    it.each([
      'kevin@example.com,eve@evil.example',
      'kevin@example.com, eve@evil.example',
      'kevin@example.com;eve@evil.example',
      'Kevin <eve@evil.example>',
      '"kevin@example.com" <eve@evil.example>',
      '"eve@evil.example x"@example.com',
      'kevin(eve@evil.example)@example.com',
      'kevin@example.com\r\nRCPT TO:<eve@evil.example>',
      'friends:kevin@example.com,eve@evil.example;',
      'kevin@eve@example.com',
      'kevin\u200b@example.com',
      'kevin@[127.0.0.1]',
      'kevin',
      '',
    ])('never hands over an address that is not one mailbox: %j', async (to) => {
      expect(await stage.mailer.send(codeForKevin({ to }))).toMatchObject({ kind: 'refused' });
      expect(stage.delivered()).toEqual([]);
    });

    it('reports a permanent refusal', async () => {
      await stage.refuse();
      expect(await stage.mailer.send(codeForKevin())).toMatchObject({ kind: 'refused' });
    });

    it('reports a temporary refusal, and delivers later', async () => {
      await stage.postpone();
      expect(await stage.mailer.send(codeForKevin())).toMatchObject({ kind: 'deferred' });
      expect(stage.mailer.heldForSeconds()).toBe(0);
      await stage.take();
      expect(await stage.mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
      expect(stage.delivered()).toHaveLength(1);
    });

    it('holds all mails while the server is unavailable, and recovers with it', async () => {
      expect(stage.mailer.heldForSeconds()).toBe(0);
      await stage.becomeUnavailable();
      expect(await stage.mailer.send(codeForKevin())).toMatchObject({
        kind: 'held',
        retryInSeconds: expect.any(Number),
      });
      expect(stage.mailer.heldForSeconds()).toBeGreaterThan(0);
      await stage.take();
      await pause(stage.mailer.heldForSeconds() * 1_000 + 50);
      expect(await stage.mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
      expect(stage.delivered()).toHaveLength(1);
    });

    it('never includes an address in the reason', async () => {
      for (const fail of ['refuse', 'postpone', 'becomeUnavailable'] as const) {
        await stage[fail]();
        expect(await stage.mailer.send(codeForKevin())).toMatchObject({
          reason: expect.not.stringContaining('kevin@'),
        });
      }
    });
  });
}
