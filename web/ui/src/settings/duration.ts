// A duration as people set it: an amount and a unit. The document keeps seconds.
export type Unit = 'seconds' | 'minutes' | 'hours'

export const inUnit: Record<Unit, number> = { seconds: 1, minutes: 60, hours: 3600 }

// unitOf is the largest unit that says a duration in whole numbers; nothing is said in minutes.
export function unitOf(seconds: number): Unit {
  if (seconds === 0) return 'minutes'
  if (seconds % inUnit.hours === 0) return 'hours'
  return seconds % inUnit.minutes === 0 ? 'minutes' : 'seconds'
}

// fits tells whether a unit says a duration in whole numbers.
export function fits(seconds: number, unit: Unit): boolean {
  return seconds % inUnit[unit] === 0
}
