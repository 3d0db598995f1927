import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, Matches } from 'class-validator';
import type { CurrentCode } from '@app/activation';
import type { Environment } from '@app/runtime';
import type { Registered } from '@app/users';
import { plainDigits } from './plain-digits';

export class RegisterBody {
  /** Stored and compared after trimming, in lower case, as Unicode NFC, with the domain in its ASCII form. */
  @ApiProperty({ example: 'test@example.com', maxLength: 254, format: 'idn-email' })
  @IsString({ message: 'must be a string' })
  email!: string;

  /** At least 8 characters and at most 72 bytes of UTF-8; the most common passwords are refused. */
  @ApiProperty({ example: 'SecurePass123', minLength: 8, maxLength: 72, format: 'password' })
  @IsString({ message: 'must be a string' })
  password!: string;
}

export class ActivateBody {
  /**
   * The digits of the emailed code, as text because of leading zeros. Spaces, dashes and digits of other scripts are
   * accepted.
   */
  @ApiProperty({ example: '1234', pattern: '^[0-9]{4,8}$', minLength: 4, maxLength: 8 })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? plainDigits(value) : value))
  @Matches(/^[0-9]{4,8}$/, { message: 'must be a string of 4 to 8 digits' })
  activation_code!: string;
}

type ShownCode = Pick<CurrentCode, 'state' | 'digits' | 'expiresAt' | 'resendAllowedAt' | 'resends'>;

/** What the response tells a pending account's owner about the code. */
export class Activation {
  /**
   * `owed`: the mail has not been sent yet; `sent`: the code can be used; `dead`: it expired or had too many failed
   * attempts.
   */
  @ApiProperty({ enum: ['owed', 'sent', 'dead'], example: 'owed' })
  code_state!: 'owed' | 'sent' | 'dead';

  /** Number of digits of the code. */
  @ApiProperty({ type: 'integer', minimum: 4, maximum: 8, example: 4 })
  code_length!: number;

  /** Lifetime of the code, counted from when the mail server accepts its mail. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 60 })
  code_lifetime_seconds!: number;

  /** Null unless the state is `sent`. */
  @ApiProperty({ type: 'string', nullable: true, format: 'date-time', example: null })
  code_expires_at!: string | null;

  /** Earliest time at which a new code can be requested. */
  @ApiProperty({ example: '2026-01-15T10:30:00.000Z', format: 'date-time' })
  resend_allowed_at!: string;

  /** New codes left for this registration. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 10 })
  resends_left!: number;

  static of(
    { state, digits, expiresAt, resendAllowedAt, resends }: ShownCode,
    { ACTIVATION_CODE_EXPIRY_SECONDS: lifetime, ACTIVATION_CODE_MAX_RESENDS: max }: Environment,
  ): Activation {
    return {
      code_state: state,
      code_length: digits,
      code_lifetime_seconds: lifetime,
      code_expires_at: expiresAt?.toISOString() ?? null,
      resend_allowed_at: resendAllowedAt.toISOString(),
      resends_left: Math.max(0, max - resends),
    };
  }

  /** Repeats the first response even after the mail has been sent. */
  static ofRegistration(registered: Registered, environment: Environment): Activation {
    const { codeDigits, createdAt: resendAllowedAt } = registered;
    const { CONCEAL_REGISTERED_EMAILS: concealed, ACTIVATION_CODE_LENGTH: usual } = environment;
    // Failed attempts make the codes of real registrations longer, not those of pretended ones. The difference would
    // reveal which is which.
    const digits = concealed ? usual : codeDigits;
    return Activation.of(
      { state: 'owed', digits, expiresAt: null, resendAllowedAt, resends: 0 },
      environment,
    );
  }
}

export class RegisteredUser {
  @ApiProperty({ example: '019aaf3e-7c1c-7a60-9d2f-3a3f5c1b8e21', format: 'uuid' })
  id!: string;

  /** The address in its canonical form. */
  @ApiProperty({ example: 'test@example.com', format: 'idn-email' })
  email!: string;

  @ApiProperty({ example: false })
  is_activated!: boolean;

  @ApiProperty({ example: '2026-01-15T10:30:00.000Z', format: 'date-time' })
  created_at!: string;

  /** State of the code that was requested. */
  @ApiProperty()
  activation!: Activation;

  @ApiProperty({ example: 'Registered. A mail with the activation code is on its way.' })
  message!: string;
}

export class ActivatedUser {
  @ApiProperty({ example: 'test@example.com', format: 'idn-email' })
  email!: string;

  @ApiProperty({ example: true })
  is_activated!: boolean;

  @ApiProperty({ example: '2026-01-15T10:30:42.000Z', format: 'date-time' })
  activated_at!: string;

  @ApiProperty({ example: 'Account activated.' })
  message!: string;
}

export class NewCodeAccepted {
  @ApiProperty({ example: 'A new activation code is on its way; the old one is no longer valid.' })
  message!: string;

  @ApiProperty({ example: 'test@example.com', format: 'idn-email' })
  email!: string;

  /** State of the new code; absent in concealed mode. */
  @ApiPropertyOptional()
  activation?: Activation;
}

export class Account {
  @ApiProperty({ example: '019aaf3e-7c1c-7a60-9d2f-3a3f5c1b8e21', format: 'uuid' })
  id!: string;

  /** The address in its canonical form. */
  @ApiProperty({ example: 'test@example.com', format: 'idn-email' })
  email!: string;

  @ApiProperty({ example: true })
  is_activated!: boolean;

  @ApiProperty({ example: '2026-01-15T10:30:00.000Z', format: 'date-time' })
  created_at!: string;

  /** Null until the account is activated. */
  @ApiProperty({ type: 'string', nullable: true, example: '2026-01-15T10:30:42.000Z', format: 'date-time' })
  activated_at!: string | null;

  /** State of the code; null once activated. */
  @ApiProperty({ allOf: [{ $ref: getSchemaPath(Activation) }], nullable: true, example: null })
  activation!: Activation | null;
}
