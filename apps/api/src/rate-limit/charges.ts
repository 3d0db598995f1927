import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { digestKey, Limits, type Charge, type LimitName } from '@app/rate-limit';
import { Environment } from '@app/runtime';
import { emailAddressOrNull } from '@app/users';
import { currentRequest } from '../server/request-context';
import { admissionOf } from '../users/admission';

/** Whose budget each limit counts against. */
@Injectable()
export class Charges {
  constructor(
    @Inject(Limits) private readonly limits: Limits,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** Null where the request lacks what the limit counts by. */
  keyFor(limit: LimitName, request: Request): string | null {
    const { credentials } = admissionOf(request);
    const { client, route } = currentRequest();
    switch (limit) {
      case 'global':
        return this.digest(limit, `${request.method} ${route}`);
      case 'registration':
        return this.digest(limit, client);
      case 'credentials':
        return credentials === null ? null : this.digest(limit, client, canonical(credentials.email));
      case 'activation':
      case 'resend':
        return credentials === null ? null : this.digest(limit, canonical(credentials.email));
    }
  }

  charge(limit: LimitName, key: string, action: 'spend' | 'peek'): Charge {
    const { max, windowMs } = this.limits[limit];
    return { limit, key, max, windowMs, action };
  }

  private digest(limit: LimitName, ...parts: string[]): string {
    return digestKey(this.environment.SECRET_KEY, limit, ...parts);
  }
}

/** All spellings of an address share one budget, and what is no address has one of its own. */
const canonical = (email: string): string => emailAddressOrNull(email) ?? email;
