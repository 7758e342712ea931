// Moments of the journal, in the zone of the portal they belong to.
import { lang } from '@/words'

// own is the browser's zone, where no portal's is known.
export const own = Intl.DateTimeFormat().resolvedOptions().timeZone

// time is hours, minutes and seconds.
export function time(at: string, zone: string): string {
  return new Intl.DateTimeFormat(lang(), { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZone: zone }).format(new Date(at))
}

// stamp is a moment with its date.
export function stamp(at: string, zone: string): string {
  return new Intl.DateTimeFormat(lang(), { dateStyle: 'long', timeStyle: 'medium', timeZone: zone }).format(new Date(at))
}

// date is a day as YYYY-MM-DD.
export function date(at: string | number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: zone }).format(new Date(at))
  return parts.slice(0, 10)
}

// dayTitle names a day: today, yesterday, or its date.
export function dayTitle(day: string, zone: string, now: number, say: { today: string; yesterday: string }): string {
  if (day === date(now, zone)) return say.today
  if (day === date(now - 86_400_000, zone)) return say.yesterday
  return new Intl.DateTimeFormat(lang(), { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${day}T12:00:00Z`))
}

// midnight is when a day begins in a zone.
export function midnight(day: string, zone: string): string {
  const asked = Date.parse(`${day}T00:00:00Z`)
  let at = asked
  for (let i = 0; i < 2; i++) at = asked - offset(at, zone) // a second look where the clocks change that night
  return new Date(at).toISOString()
}

// nextDay is the day after one.
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

// after is how long after the first event another came: +0:07.
export function after(first: string, at: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(at) - Date.parse(first)) / 1000))
  const two = (n: number): string => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  return h ? `+${h}:${two(m)}:${two(s)}` : `+${m}:${two(s)}`
}

// offset is how far a zone is ahead of UTC, in milliseconds.
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23', timeZone: zone,
  }).formatToParts(new Date(at))
  const n = (type: string): number => Number(parts.find((p) => p.type === type)?.value)
  return Date.UTC(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second')) - Math.floor(at / 1000) * 1000
}
