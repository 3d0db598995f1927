import type { Environment } from '@app/runtime';
import {
  DEFAULT_LOCALE,
  directionOf,
  lifetimeIn,
  matchLocale,
  SHIPPED_LOCALES,
  type Locale,
  type ShippedLocale,
} from '../domain/locale';
import type { MailContent } from '../domain/mailer';
import { PHRASES } from '../locales';
import type { Phrases } from '../locales/phrases';

/** Variables that a template can use; docs/mail.md explains each. Null renders as nothing. */
export interface MailWords {
  readonly locale: Locale;
  readonly dir: 'ltr' | 'rtl';
  readonly start: 'left' | 'right';
  readonly app: string;
  readonly subject: string;
  readonly opening: string;
  readonly heading: string;
  readonly lead: string;
  readonly footer: string;
  readonly code: string | null;
  readonly lifetime: string | null;
  readonly expiry: string | null;
  readonly button: string | null;
  /**
   * The page that accepts the code. The code is in the fragment, so scanners, proxies and logs do not see it, and
   * opening the page does not redeem it.
   */
  readonly link: string | null;
  /** The line that iOS and Android fill codes in from. Source: WICG, Origin-bound one-time codes. */
  readonly autofill: string | null;
  readonly support: string | null;
  readonly support_address: string | null;
  readonly brand_color: string;
  readonly brand_text_color: string;
  readonly brand_logo_url: string | null;
}

/** The texts of a mail in a language; a language without built-in texts uses the closest one that has them. */
export function mailWords(content: MailContent, locale: Locale, environment: Environment): MailWords {
  const app = environment.BRAND_NAME || environment.APP_NAME;
  const shipped: Readonly<Partial<Record<Locale, Phrases>>> = PHRASES;
  const phrases = shipped[locale] ?? PHRASES[nearestShipped(locale)];
  const { SUPPORT_ADDRESS: support, BRAND_COLOR: color } = environment;
  const shared = {
    locale,
    dir: directionOf(locale),
    start: directionOf(locale) === 'ltr' ? ('left' as const) : ('right' as const),
    app,
    support: support === '' ? null : phrases.support(support),
    support_address: support || null,
    brand_color: color,
    brand_text_color: readableOn(color),
    brand_logo_url: environment.BRAND_LOGO_URL || null,
  };
  if (content.kind === 'address_taken') {
    const { subject, heading, lead, footer } = phrases.address_taken;
    const none = { code: null, lifetime: null, expiry: null, button: null, link: null, autofill: null };
    return {
      ...shared,
      ...none,
      subject: subject(app),
      opening: lead(app),
      heading,
      lead: lead(app),
      footer,
    };
  }
  const { subject, opening, heading, lead, expiry, button, footer } = phrases.activation_code;
  const { code } = content;
  const lifetime = lifetimeIn(locale, content.expiresInSeconds);
  const origin = environment.PUBLIC_ORIGIN;
  return {
    ...shared,
    // The opening sentence without its full stop.
    subject: environment.MAIL_CODE_IN_SUBJECT ? opening(app, code).replace(/[.。]$/, '') : subject(app),
    opening: opening(app, code),
    heading,
    lead: lead(app),
    footer,
    code,
    lifetime,
    expiry: expiry(lifetime),
    button: origin === '' ? null : button,
    link: origin === '' ? null : `${origin}/activate#code=${code}`,
    autofill: origin === '' ? null : `@${new URL(origin).hostname} #${code}`,
  };
}

const nearestShipped = (locale: Locale): ShippedLocale =>
  SHIPPED_LOCALES.find((shipped) => shipped === matchLocale(locale, SHIPPED_LOCALES)) ?? DEFAULT_LOCALE;

/** Black or white, whichever is more readable on a color. Source: WCAG 2.2, relative luminance. */
function readableOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.179 ? '#000000' : '#ffffff';
}
