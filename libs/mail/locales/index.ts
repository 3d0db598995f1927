import type { ShippedLocale } from '../domain/locale';
import { ar } from './ar';
import { de } from './de';
import { en } from './en';
import { es } from './es';
import { fr } from './fr';
import { ja } from './ja';
import type { Phrases } from './phrases';
import { pt } from './pt';

export const PHRASES: Readonly<Record<ShippedLocale, Phrases>> = { en, fr, de, es, pt, ja, ar };
