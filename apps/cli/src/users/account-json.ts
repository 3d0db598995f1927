import type { Environment } from '@app/runtime';
import type { AccountDetails, AddressTraces, FoundAccount } from '@app/users';
import { replyText } from '../terminal/format';

/** The result of `users find` as JSON. */
export const foundToJson = ({ account, accountId, email, traces }: FoundAccount, limits: Environment) => ({
  email,
  account_id: accountId,
  account: account === null ? null : accountToJson(account, limits),
  ...tracesToJson(traces),
});

/** Everything stored about one account except the password hash. */
export const accountToJson = (account: AccountDetails, limits: Environment) => ({
  id: account.id,
  email: account.email,
  state: account.state,
  created_at: account.createdAt,
  activated_at: account.activatedAt,
  locale: account.locale,
  request_id: account.requestId,
  mail:
    account.mail === null
      ? null
      : {
          id: account.mail.id,
          owed_since: account.mail.owedSince,
          next_try_at: account.mail.nextTryAt,
          sent_at: account.mail.sentAt,
          given_up_at: account.mail.givenUpAt,
          attempts: account.mail.attempts,
          last_answer: account.mail.lastAnswer === null ? null : replyText(account.mail.lastAnswer),
        },
  code:
    account.code === null
      ? null
      : {
          digits: account.code.digits,
          expires_at: account.code.expiresAt,
          wrong_tries: account.code.wrongTries,
          new_codes_left: Math.max(0, limits.ACTIVATION_CODE_MAX_RESENDS - account.code.newCodesUsed),
        },
});

export const tracesToJson = ({ wrongTries, mailsOfDay, events, erasures, audit }: AddressTraces) => ({
  wrong_tries: wrongTries,
  mails_of_day: mailsOfDay,
  events: events.map((event) => ({
    id: event.id,
    type: event.type,
    timestamp: event.occurredAt,
    request_id: event.requestId,
    delivery: event.delivery,
    attempts: event.attempts,
    last_error: event.lastError === null ? null : replyText(event.lastError),
  })),
  erasures: erasures.map(({ accountId, erasedAt }) => ({ account_id: accountId, erased_at: erasedAt })),
  audit: audit.map(({ at, osUser, host, action, accountId, reason }) => ({
    at,
    os_user: osUser,
    host,
    action,
    account_id: accountId,
    reason,
  })),
});
