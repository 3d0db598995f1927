import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { CodeDeriver, isSameRequest, RequestDigester } from '@app/activation';
import type { Locale } from '@app/mail';
import { Doorbell } from '@app/owed-work';
import { Environment, Logger, SharedAnswers } from '@app/runtime';
import { parseEmailAddress, type EmailAddress } from '../domain/email-address';
import { UsersError } from '../domain/errors';
import { checkPassword, PasswordRules } from '../domain/password';
import { PasswordHasher, type Requester } from '../domain/password-hasher';
import { UserRepository, type PretendedRegistration, type User } from '../domain/user-repository';

export interface Registration extends Requester {
  readonly email: string;
  readonly password: string;
  readonly locale: Locale;
  readonly requestId: string | null;
  /** Identifies a repeatable request. */
  readonly idempotencyKey?: string | undefined;
}

/** The answer to a registration, real or pretended. */
export interface Registered {
  readonly id: string;
  readonly email: EmailAddress;
  readonly createdAt: Date;
  readonly codeDigits: number;
  /** The same request was answered before; nothing was changed now. */
  readonly replayed: boolean;
}

@Injectable()
export class Register {
  /** Addresses that this process is registering. */
  private readonly inFlight = new SharedAnswers<void>();

  constructor(
    @Inject(UserRepository) private readonly users: UserRepository,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(PasswordRules) private readonly rules: PasswordRules,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
    private readonly codes: CodeDeriver,
    private readonly requests: RequestDigester,
    @Inject(Doorbell) private readonly doorbell: Doorbell,
  ) {}

  /** @throws {UsersError} @throws {Unavailable} */
  async registerAccount(registration: Registration): Promise<Registered> {
    const email = parseEmailAddress(registration.email);
    const { password, idempotencyKey: key } = registration;
    checkPassword(password, this.rules);
    const digest =
      key === undefined ? null : this.requests.digest({ key, route: 'register', email, password });
    const registered =
      (await this.replay(email, digest)) ??
      (await this.firstOf(email, digest, () => this.add(email, digest, registration))) ??
      (await this.replay(email, digest));
    if (registered === null) throw new UsersError('users.email_taken');
    return registered;
  }

  /** The earlier answer to the same request, if the row of the address remembers it. */
  private async replay(email: EmailAddress, digest: Buffer | null): Promise<Registered | null> {
    if (digest === null) return null;
    const user = await this.users.findByEmail(email);
    if (user === null) return null;
    if (!this.environment.CONCEAL_REGISTERED_EMAILS) {
      return user.code !== null && isSameRequest(user.requestDigest, digest) ? answerOf(user, true) : null;
    }
    // The answers for free addresses are stored there too, and forgotten by the same rules.
    const pretended = user.pretended.find((one) => one.digest === digest.toString('hex'));
    return pretended === undefined ? null : pretendedAnswer(email, pretended, true);
  }

  /**
   * Of concurrent sign-ups for one address, only the first is hashed: the others cannot succeed once it is stored, and
   * a hundred of them must not fill the hashing queue. In concealed mode each one costs a hash, as for a free address;
   * only repetitions of one request wait for the first. Null if the address is taken.
   */
  private async firstOf(
    email: EmailAddress,
    digest: Buffer | null,
    add: () => Promise<Registered | null>,
  ): Promise<Registered | null> {
    const name = this.environment.CONCEAL_REGISTERED_EMAILS ? digest?.toString('hex') : email;
    if (name === undefined) return await add();
    let registered: Registered | null = null;
    await this.inFlight.get(name, async () => {
      registered = await add();
    });
    return registered;
  }

  /** Null if the address is taken. */
  private async add(
    email: EmailAddress,
    digest: Buffer | null,
    registration: Registration,
  ): Promise<Registered | null> {
    const { password, locale, requestId } = registration;
    const passwordHash = await this.passwords.hash(password, registration);
    const code = this.codes.issue(this.environment.ACTIVATION_CODE_LENGTH);
    // Version 7: ids ordered by time keep new index entries on a few pages, however large the index grows.
    const id = uuidv7();
    const addition = await this.users.add(
      { id, email, passwordHash, code, locale, requestId, requestDigest: digest },
      this.environment.CONCEAL_REGISTERED_EMAILS,
    );
    if (addition.outcome === 'added') {
      this.passwords.remember(password, passwordHash);
      this.doorbell.ring();
      return answerOf(addition.user, false);
    }
    if (addition.instead === null) return null;
    if (!addition.replayed) this.notifyOwner(email, code.mailId, requestId);
    this.doorbell.ring();
    return pretendedAnswer(email, addition.instead, addition.replayed);
  }

  /** Stored without waiting, because a free address does not have this cost. */
  private notifyOwner(email: EmailAddress, mailId: string, requestId: string | null): void {
    void this.users.oweNotice(email, mailId, requestId).catch((error: unknown) => {
      this.logger.warn({ error }, 'Storing the notice to the owner of a taken address failed');
    });
  }
}

const answerOf = ({ id, email, createdAt, code }: User, replayed: boolean): Registered => {
  if (code === null) throw new Error('A registration has a code');
  return { id, email, createdAt, codeDigits: code.digits, replayed };
};

const pretendedAnswer = (
  email: EmailAddress,
  { id, createdAt, digits }: PretendedRegistration,
  replayed: boolean,
): Registered => ({ id, email, createdAt, codeDigits: digits, replayed });
