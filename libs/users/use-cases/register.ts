import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { freshMailId } from '@app/activation';
import type { Locale } from '@app/mail';
import { Doorbell } from '@app/owed-work';
import { Environment, Logger } from '@app/runtime';
import { parseEmailAddress, type EmailAddress } from '../domain/email-address';
import { UsersError } from '../domain/errors';
import { checkPassword, PasswordRules } from '../domain/password';
import { PasswordHasher } from '../domain/password-hasher';
import { UserRepository, type User } from '../domain/user-repository';

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly locale: Locale;
  readonly requestId: string | null;
  /** Aborted when the client has left. */
  readonly gone?: AbortSignal;
}

@Injectable()
export class Register {
  /** Addresses being registered by this process; each promise tells whether the address was held at the end. */
  private readonly underWay = new Map<EmailAddress, Promise<boolean>>();

  constructor(
    @Inject(UserRepository) private readonly users: UserRepository,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(PasswordRules) private readonly rules: PasswordRules,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Doorbell) private readonly doorbell: Doorbell,
  ) {}

  /** @throws {UsersError} @throws {Unavailable} */
  async execute(registration: Registration): Promise<User> {
    const email = parseEmailAddress(registration.email);
    checkPassword(registration.password, this.rules);
    const mailId = freshMailId();
    try {
      const user = await this.firstOf(email, () => this.add(email, mailId, registration));
      this.doorbell.ring();
      return user;
    } catch (error) {
      const taken = error instanceof UsersError && error.code === 'users.email_taken';
      if (!taken || !this.environment.CONCEAL_REGISTERED_EMAILS) throw error;
      return await this.pretend(email);
    }
  }

  /**
   * Gives a taken address the answer of a free one after the same work, and tells its owner by mail. The notice is
   * written without waiting for it: what is waited for, one trip to the queue, is what a free address costs.
   */
  private async pretend(email: EmailAddress): Promise<User> {
    const noticeId = freshMailId();
    void this.users.oweNotice(email, noticeId).catch((error: unknown) => {
      this.logger.warn({ error }, 'The notice to the owner of a taken address was not written');
    });
    this.doorbell.ring();
    return { id: uuidv7(), email, createdAt: new Date(), activatedAt: null, code: null };
  }

  /**
   * Of sign-ups for one address at the same moment only the first is hashed for; the others could not win any
   * more once it is in, and a hundred of them must not fill the hashing line.
   */
  private async firstOf(email: EmailAddress, add: () => Promise<User>): Promise<User> {
    for (let other = this.underWay.get(email); other !== undefined; other = this.underWay.get(email)) {
      if (await other) throw new UsersError('users.email_taken');
    }
    const adding = add();
    const held = adding.then(
      () => true,
      (error: unknown) => error instanceof UsersError && error.code === 'users.email_taken',
    );
    this.underWay.set(email, held);
    void held.then(() => this.underWay.delete(email));
    return await adding;
  }

  private async add(
    email: EmailAddress,
    mailId: string,
    { password, locale, requestId, gone }: Registration,
  ): Promise<User> {
    const passwordHash = await this.passwords.hash(password, gone);
    return await this.users.add({
      // Version 7: ids in the order of time keep the index's new entries on a few pages, however large it grows.
      id: uuidv7(),
      email,
      passwordHash,
      code: { mailId: mailId, digits: this.environment.ACTIVATION_CODE_LENGTH },
      locale,
      requestId,
    });
  }
}
