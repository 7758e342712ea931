import { describe, expect, it, vi } from 'vitest'

import { clock, fromNow, span } from './when'

vi.mock('@/words', () => ({ lang: () => 'ru' })) // the words themselves need a page

describe('clock', () => {
  it.each([[0, '0:00'], [9, '0:09'], [75, '1:15'], [3599, '59:59'], [3661, '1:01:01'], [-4, '0:00']])('%d s is %s', (s, shown) => expect(clock(s)).toBe(shown))
})

describe('span', () => {
  it.each([[0, '0 с'], [0.19, '0,2 с'], [12.4, '12 с'], [300, '5 мин'], [7200, '2 ч'], [259_200, '3 дн.']])('%d s is %s', (s, shown) => expect(span(s).replace(/\u00a0/g, ' ')).toBe(shown))
})

describe('fromNow', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  it.each([
    ['2026-03-01T12:05:00Z', 'через 5 минут'],
    ['2026-03-01T10:00:00Z', '2 часа назад'],
    ['2026-03-02T12:00:00Z', 'завтра'],
    ['2026-03-01T11:59:50Z', '10 секунд назад'],
  ])('%s is %s', (at, shown) => expect(fromNow(at, now).replace(/\u00a0/g, ' ')).toBe(shown))
})
