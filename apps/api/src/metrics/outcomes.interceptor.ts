import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { tap, type Observable } from 'rxjs';
import { ActivationError } from '@app/activation';
import { Instruments, type ActivationResult } from '@app/metrics';
import { toProblemError } from '../problem/to-problem';
import { currentRequest } from '../server/request-context';
import { REPLAYED_FIELD } from '../users/idempotency-key';

const RESULT_OF = {
  'activation.code_wrong': 'code_wrong',
  'activation.code_replaced': 'code_wrong',
  'activation.code_dead': 'code_dead',
  'activation.already_activated': 'already_activated',
  // Outcomes of requests for new codes, never of an activation.
  'activation.codes_used_up': 'code_dead',
  'activation.too_early': 'code_dead',
  'activation.registration_gone': 'code_dead',
} satisfies Record<ActivationError['code'], ActivationResult>;

/** What a handler does, so that its outcomes are counted. */
export const CountOutcomes = Reflector.createDecorator<'registration' | 'activation' | 'new_code'>();

/**
 * Counts the outcomes of handlers with `@CountOutcomes`. A pretended registration counts like a real one: the metrics
 * are public and must not reveal what the response conceals.
 */
@Injectable()
export class OutcomesInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    @Inject(Instruments) private readonly instruments: Instruments,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    switch (this.reflector.get(CountOutcomes, context.getHandler())) {
      case 'registration':
        return next.handle().pipe(whereNew(() => this.instruments.registered()));
      case 'activation':
        return next.handle().pipe(
          whereNew(() => this.instruments.activationAnswered('activated')),
          tap({ error: (error: unknown) => this.failed(error) }),
        );
      case 'new_code':
        return next.handle().pipe(whereNew(() => this.instruments.codeChanged('replaced')));
      default:
        return next.handle();
    }
  }

  private failed(error: unknown): void {
    if (error instanceof ActivationError) this.instruments.activationAnswered(RESULT_OF[error.code]);
    else if (toProblemError(error).error === 'InvalidCredentials') {
      this.instruments.activationAnswered('credentials_wrong');
    }
  }
}

/** Counts nothing if the response repeats an earlier one. */
const whereNew = (count: () => void) =>
  tap<unknown>(() => {
    if (!currentRequest().response.hasHeader(REPLAYED_FIELD)) count();
  });
