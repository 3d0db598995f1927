import { randomUUID } from 'node:crypto';
import type { CurrentCode } from '../domain/activation-code';
import type {
  ActivationRepository,
  Redeem,
  Redemption,
  Replacement,
  ReplacementOutcome,
} from '../domain/activation-repository';
import type { OwedMailAdministration } from '../domain/owed-mail-administration';
import type { ClaimedMail, OwedMailRepository } from '../domain/owed-mail-repository';
import type { ExpiredRegistrations } from '../domain/purge';
import type { NewAccount } from './people';

/** The ports around one table of accounts, with a clock that can be advanced. Initially empty. */
export interface Stage {
  readonly activations: ActivationRepository;
  readonly owed: OwedMailRepository;
  readonly administration: OwedMailAdministration;
  readonly dead: ExpiredRegistrations;
  /** Stores a registration whose mail is owed; replaces an expired one. Throws if the address is held. */
  register(account: NewAccount): Promise<void>;
  /** The stored row of an address. */
  account(email: string): Promise<AccountState | null>;
  /** Moves every stored time into the past, as if that much time had passed. */
  advanceTime(seconds: number): Promise<void>;
  /** Milliseconds since 1970 by the clock of the stored times. */
  now(): number;
}

export interface AccountState {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly activatedAt: Date | null;
  readonly code: CurrentCode | null;
  readonly requestDigest: Buffer | null;
}

/** The defaults of the environment. */
export const MAX_WRONG_TRIES = 3;
export const MAX_RESENDS = 10;
export const LIFE_SECONDS = 60;
/** A short timeout: the worker's follows SMTP_TIMEOUT_SECONDS. */
export const LEASE_SECONDS = 12;
export const DAY_SECONDS = 86_400;

/** Leases one mail as a worker with room for one does; null if none is due. */
export async function claimMail(stage: Stage, mailId: string): Promise<ClaimedMail | null> {
  const workerId = randomUUID();
  const lease = { workerId, leaseSeconds: LEASE_SECONDS, lifeSeconds: LIFE_SECONDS };
  const claimed = await stage.owed.claimDue(1_000, lease);
  const others = claimed.filter(({ id }) => id !== mailId);
  for (const { id } of others) await stage.owed.postpone(id, 0, 'no place for it', 'nothing');
  return claimed.find(({ id }) => id === mailId) ?? null;
}

/** Ids of the due mails, longest due first. */
export async function dueMails(stage: Stage): Promise<string[]> {
  const listed = await stage.administration.list(1_000);
  return listed
    .flatMap(({ id, dueAt }) => (dueAt === null ? [] : [{ id, dueAt: dueAt.getTime() }]))
    .filter(({ dueAt }) => dueAt <= stage.now())
    .sort((a, b) => a.dueAt - b.dueAt)
    .map(({ id }) => id);
}

/** Leases the mail and hands it over, as a worker does. */
export async function deliver(stage: Stage, mailId: string): Promise<void> {
  const mail = await claimMail(stage, mailId);
  if (mail === null) throw new Error(`The mail ${mailId} is not owed`);
  await stage.owed.markSent([mailId], LIFE_SECONDS);
}

/** Registers a person whose code has arrived. */
export async function registerAndDeliver(stage: Stage, account: NewAccount): Promise<NewAccount> {
  await stage.register(account);
  await deliver(stage, account.code.mailId);
  return account;
}

export function redeem(
  stage: Stage,
  { id, code }: Pick<NewAccount, 'id' | 'code'>,
  right: boolean,
  details: Partial<Redeem> = {},
): Promise<Redemption> {
  return stage.activations.redeem({
    accountId: id,
    mailId: code.mailId,
    right,
    maxWrongTries: MAX_WRONG_TRIES,
    requestId: null,
    requestDigest: null,
    ...details,
  });
}

/** Replaces the account's code with a new one. */
export function replaceCode(
  stage: Stage,
  { id }: Pick<NewAccount, 'id'>,
  {
    mailId = randomUUID(),
    digits = 4,
    ...details
  }: Partial<Replacement> & { mailId?: string; digits?: number } = {},
): Promise<ReplacementOutcome> {
  return stage.activations.replaceCode({
    ...{ accountId: id, code: { mailId, digits, keyId: 'key-1' }, locale: 'en', requestId: null },
    ...{ maxResends: MAX_RESENDS, early: false, requestDigest: null },
    ...details,
  });
}

/** The account with a new code, whose mail is owed. */
export async function renew(stage: Stage, account: NewAccount): Promise<NewAccount> {
  const replacement = await replaceCode(stage, account, { maxResends: 1_000 });
  if (replacement.outcome !== 'replaced') throw new Error(`The code was ${replacement.outcome}`);
  return { ...account, code: replacement.code };
}

/** Enters wrong codes, one after another. */
export async function guessWrong(stage: Stage, account: NewAccount, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const { outcome } = await redeem(stage, account, false);
    // The last attempt invalidates the code.
    const expected = outcome === 'wrong' || (outcome === 'dead' && n + 1 === times);
    if (!expected) throw new Error(`A wrong guess was ${outcome}`);
  }
}

/** Registers the person and activates them. */
export async function registerAndActivate(stage: Stage, account: NewAccount): Promise<NewAccount> {
  await registerAndDeliver(stage, account);
  const { outcome } = await redeem(stage, account, true);
  if (outcome !== 'activated') throw new Error(`The activation was ${outcome}`);
  return account;
}
