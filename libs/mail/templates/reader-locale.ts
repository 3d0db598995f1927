import { Inject, Injectable } from '@nestjs/common';
import { Environment } from '@app/runtime';
import { matchLocale, type Locale } from '../domain/locale';
import { localesWith } from './template-folder';

/** Chooses the language of a reader among those that ship and the operator's own. */
@Injectable()
export class ReaderLocale {
  private readonly locales: readonly Locale[];

  constructor(@Inject(Environment) environment: Environment) {
    this.locales = localesWith(environment.MAIL_TEMPLATES_DIR);
  }

  /** By an Accept-Language header. */
  of(acceptLanguage: string | undefined): Locale {
    return matchLocale(acceptLanguage, this.locales);
  }
}
