import { FakeMailQueue } from '@app/mail/testing';
import { fakeStage, guest, kevin, LEASE_SECONDS, LIFE_SECONDS } from '../testing';
import { ReconcileOwedMail } from './reconcile-owed-mail';

/** As many jobs as the reconciler lets stand in the queue. */
const CAP = 10_000;

describe('ReconcileOwedMail', () => {
  let stage: ReturnType<typeof fakeStage>;
  let queue: FakeMailQueue;
  let reconcile: ReconcileOwedMail;

  beforeEach(() => {
    stage = fakeStage();
    queue = new FakeMailQueue();
    reconcile = new ReconcileOwedMail(stage.owed, queue);
  });

  const owe = async (count: number): Promise<string[]> => {
    const people = Array.from({ length: count }, (_, n) => guest(n));
    for (const person of people) await stage.register(person);
    return people.map(({ code }) => code.mailId);
  };

  it('announces every mail that is due, over several batches, each once', async () => {
    const ids = await owe(1_234);
    expect(await reconcile.execute()).toBe(1_234);
    expect(queue.announced).toHaveLength(1_234);
    expect(new Set(queue.announced)).toEqual(new Set(ids));
  });

  it('announces again what the queue lost, and adds nothing to what it still has', async () => {
    await owe(3);
    await reconcile.execute();
    await reconcile.execute();
    expect(await queue.depth()).toBe(3);
    const wiped = new FakeMailQueue();
    expect(await new ReconcileOwedMail(stage.owed, wiped).execute()).toBe(3);
  });

  it('leaves alone what a worker has in hand, and what is sent', async () => {
    const [inHand, sent] = await owe(2);
    await stage.owed.claim(inHand ?? '', LEASE_SECONDS, LIFE_SECONDS);
    await stage.owed.claim(sent ?? '', LEASE_SECONDS, LIFE_SECONDS);
    await stage.owed.markSent(sent ?? '', LIFE_SECONDS);
    expect(await reconcile.execute()).toBe(0);
    await stage.letPass(LEASE_SECONDS + 1);
    expect(await reconcile.execute()).toBe(1);
    expect(queue.announced).toEqual([inHand]);
  });

  it('never fills the queue beyond its cap', async () => {
    await owe(500);
    await queue.announce(Array.from({ length: CAP - 300 }, (_, n) => `waiting-${n}`));
    expect(await reconcile.execute()).toBe(300);
    expect(await queue.depth()).toBe(CAP);
    expect(await reconcile.execute()).toBe(0);
    expect(await queue.depth()).toBe(CAP);
  });

  it('says that the queue is away', async () => {
    await stage.register(kevin());
    queue.away = true;
    await expect(reconcile.execute()).rejects.toMatchObject({ dependency: 'queue' });
  });
});
