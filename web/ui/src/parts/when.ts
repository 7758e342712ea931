// Moments and spans of time in words, in the page's language and the browser's time zone.
import { lang } from '@/words'

// moment shows a date with its time; today's without the date.
export function moment(at: string | Date | undefined | null): string {
  if (!at) return ''
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return ''
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }
  if (sameDay(date, new Date())) return new Intl.DateTimeFormat(lang(), time).format(date)
  return new Intl.DateTimeFormat(lang(), { day: 'numeric', month: 'short', ...(date.getFullYear() === new Date().getFullYear() ? {} : { year: 'numeric' }), ...time }).format(date)
}

// exact is a moment for tooltips, with seconds.
export function exact(at: string | Date): string {
  return new Intl.DateTimeFormat(lang(), { dateStyle: 'long', timeStyle: 'medium' }).format(new Date(at))
}

// day shows a date alone.
export function day(at: string | Date | undefined | null): string {
  return at ? new Intl.DateTimeFormat(lang(), { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(at)) : ''
}

// clock is a span as m:ss, or h:mm:ss, as telephones show it.
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const two = (n: number): string => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

// span tells a length of time in its largest unit that fits: 0,3 с, 12 с, 5 мин, 2 ч, 3 дн.
export function span(seconds: number): string {
  const [amount, unit] =
    seconds < 60 ? [seconds, 'second'] : seconds < 3600 ? [seconds / 60, 'minute'] : seconds < 86_400 ? [seconds / 3600, 'hour'] : [seconds / 86_400, 'day']
  const digits = amount < 10 && unit === 'second' && !Number.isInteger(amount) ? 1 : 0
  return new Intl.NumberFormat(lang(), { style: 'unit', unit: unit as string, unitDisplay: 'short', maximumFractionDigits: digits }).format(amount as number)
}

// fromNow tells how far a moment is: через 5 минут, 2 часа назад.
export function fromNow(at: string | Date, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1000
  const units: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3600], ['minute', 60]]
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 1] as const)
  return new Intl.RelativeTimeFormat(lang(), { numeric: 'auto' }).format(Math.round(seconds / length), unit)
}

function sameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate()
}
