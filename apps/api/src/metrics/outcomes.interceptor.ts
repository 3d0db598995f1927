import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import { ActivationError } from '@app/activation';
import { Instruments, MetricsRecorder, type ActivationResult } from '@app/metrics';
import { UsersError } from '@app/users';

const RESULT_OF = {
  'activation.code_wrong': 'code_wrong',
  'activation.code_replaced': 'code_wrong',
  'activation.code_dead': 'code_dead',
  'activation.already_activated': 'already_activated',
  // Said of new codes and never of an activation.
  'activation.codes_used_up': 'code_dead',
  'activation.too_early': 'code_dead',
  'activation.registration_gone': 'code_dead',
} satisfies Record<ActivationError['code'], ActivationResult>;

/**
 * Counts what the handlers of accounts came to. A registration that was only pretended counts like a real one:
 * the metrics are public, and must not tell what the answer conceals.
 */
@Injectable()
export class OutcomesInterceptor implements NestInterceptor {
  constructor(
    @Inject(MetricsRecorder) private readonly recorder: MetricsRecorder,
    @Inject(Instruments) private readonly instruments: Instruments,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const handler = context.getHandler().name;
    return next.handle().pipe(
      tap({
        next: () => this.succeeded(handler),
        error: (error: unknown) => {
          if (handler === 'activate') this.failed(error);
        },
      }),
    );
  }

  private succeeded(handler: string): void {
    if (handler === 'register') this.recorder.recordBusiness('registrations');
    if (handler === 'activate') this.recorder.recordBusiness('activations');
    if (handler === 'issueNewCode') this.instruments.codeChanged('replaced');
  }

  private failed(error: unknown): void {
    if (error instanceof ActivationError) this.instruments.activationAnswered(RESULT_OF[error.code]);
    else if (error instanceof UsersError) this.instruments.activationAnswered('credentials_wrong');
  }
}
