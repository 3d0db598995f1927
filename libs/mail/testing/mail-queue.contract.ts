import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { MailQueue } from '../domain/mail-queue';

/** What a worker does with the whole content of a job. */
export type MailJob = (content: unknown) => Promise<void>;

export interface QueueStage {
  readonly queue: MailQueue;
  /** Starts a worker that takes one job at a time; resolves to what stops it. */
  work(job: MailJob): Promise<() => Promise<void>>;
}

const mailId = (): string => randomUUID();
const idOf = (content: unknown): string => (content as { id: string }).id;

function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

async function untilEmpty(queue: MailQueue): Promise<void> {
  for (const deadline = Date.now() + 10_000; (await queue.depth()) > 0; await pause(10)) {
    if (Date.now() > deadline) throw new Error('The queue is not worked off');
  }
}

/** @param create gives an empty queue */
export function describeMailQueueContract(name: string, create: () => Promise<QueueStage>): void {
  describe(`MailQueue contract: ${name}`, () => {
    let stage: QueueStage;
    let stop: (() => Promise<void>) | undefined;
    beforeEach(async () => {
      stage = await create();
    });
    afterEach(async () => {
      await stop?.();
      stop = undefined;
    });

    it('hands each announced id to a worker, and nothing but the id', async () => {
      const ids = [mailId(), mailId(), mailId()];
      await stage.queue.announce(ids);
      expect(await stage.queue.depth()).toBe(3);
      const seen: unknown[] = [];
      stop = await stage.work(async (content) => {
        seen.push(content);
      });
      await untilEmpty(stage.queue);
      expect(seen).toHaveLength(3);
      expect(seen).toEqual(expect.arrayContaining(ids.map((id) => ({ id }))));
    });

    it('takes an empty announcement for nothing', async () => {
      await stage.queue.announce([]);
      expect(await stage.queue.depth()).toBe(0);
    });

    it('keeps one job for an id that waits already, however often it is announced', async () => {
      const [first, second] = [mailId(), mailId()];
      await stage.queue.announce([first]);
      await Promise.all(Array.from({ length: 20 }, () => stage.queue.announce([first, second])));
      expect(await stage.queue.depth()).toBe(2);
      const seen: string[] = [];
      stop = await stage.work(async (content) => {
        seen.push(idOf(content));
      });
      await untilEmpty(stage.queue);
      expect(seen.sort()).toEqual([first, second].sort());
    });

    it('leaves alone a job that a worker has in hand', async () => {
      const id = mailId();
      const seen: string[] = [];
      const begun = gate();
      const finish = gate();
      stop = await stage.work(async (content) => {
        seen.push(idOf(content));
        begun.open();
        await finish.opened;
      });
      await stage.queue.announce([id]);
      await begun.opened;
      await stage.queue.announce([id]);
      expect(await stage.queue.depth()).toBe(1);
      finish.open();
      await untilEmpty(stage.queue);
      expect(seen).toEqual([id]);
    });

    it('takes an id again once its job is done, or has failed', async () => {
      const id = mailId();
      let runs = 0;
      stop = await stage.work(async () => {
        runs += 1;
        if (runs === 1) throw new Error('this one fails');
      });
      for (const expected of [1, 2, 3]) {
        await stage.queue.announce([id]);
        await untilEmpty(stage.queue);
        expect(runs).toBe(expected);
      }
    });

    it('never runs a failed job again by itself', async () => {
      const [bad, good] = [mailId(), mailId()];
      const seen: string[] = [];
      stop = await stage.work(async (content) => {
        seen.push(idOf(content));
        if (idOf(content) === bad) throw new Error('this one fails');
      });
      await stage.queue.announce([bad]);
      await untilEmpty(stage.queue);
      await stage.queue.announce([good]);
      await untilEmpty(stage.queue);
      expect(seen).toEqual([bad, good]);
    });

    it('takes a batch of the reconciler at once', async () => {
      await stage.queue.announce(Array.from({ length: 200 }, mailId), 2_000);
      expect(await stage.queue.depth()).toBe(200);
    });
  });
}
