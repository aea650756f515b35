// The language of the page. A second one is chosen here.
import { en } from './en';

export const text = en;
export const LOCALE = 'en-GB';

const percent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 0 });
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });

/** @param share 0..1 */
export const formatPercent = (share: number): string => percent.format(share);
/** @param at ISO 8601 */
export const formatTime = (at: string): string => moment.format(new Date(at));
