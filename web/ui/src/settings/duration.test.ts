import { describe, expect, it } from 'vitest'

import { fits, inUnit, unitOf } from './duration'

describe('unitOf', () => {
  it.each([[0, 'minutes'], [45, 'seconds'], [90, 'seconds'], [120, 'minutes'], [3600, 'hours'], [5400, 'minutes'], [604800, 'hours']] as const)(
    '%d s is said in %s', (seconds, unit) => {
      expect(unitOf(seconds)).toBe(unit)
      expect(fits(seconds, unit)).toBe(true)
      expect((seconds / inUnit[unit]) * inUnit[unit]).toBe(seconds)
    },
  )

  it('does not say 90 s in minutes', () => expect(fits(90, 'minutes')).toBe(false))
})
