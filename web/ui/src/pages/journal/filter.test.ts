import { expect, test, vi } from 'vitest'

import { asked, narrowed, nothing, past, read, written } from './filter'

vi.mock('@/words', () => ({ lang: () => 'ru' })) // the words themselves need a page

test('a filter comes back from its address, and nonsense does not', () => {
  const filter = { ...nothing, text: 'deal 12', from: '2026-05-12', portal: 'p' }
  expect(read(written(filter))).toEqual(filter)
  expect(read({ text: ['a', 'b'], from: 'yesterday', colour: 'red' })).toEqual(nothing)
})

test('a whole number is looked up, anything else is searched for', () => {
  const of = (text: string) => asked({ ...nothing, text }, 'UTC')
  expect(of('8 (900) 000-00-01')).toEqual({ phone: '8 (900) 000-00-01' })
  expect(of('0001')).toEqual({ text: '0001' })
  expect(of('Петров ')).toEqual({ text: 'Петров' })
  expect(of('1')).toEqual({})
})

test('days are those of the zone, the last one whole', () => {
  expect(asked({ ...nothing, from: '2026-05-12', to: '2026-05-12' }, 'Europe/Moscow')).toEqual({ since: '2026-05-11T21:00:00.000Z', until: '2026-05-12T21:00:00.000Z' })
  expect(past({ ...nothing, to: '2026-05-12' }, 'Europe/Moscow', Date.parse('2026-05-12T20:59:00Z'))).toBe(false)
  expect(past({ ...nothing, to: '2026-05-12' }, 'Europe/Moscow', Date.parse('2026-05-12T21:00:00Z'))).toBe(true)
  expect(narrowed({ ...nothing, portal: 'p' })).toBe(false)
  expect(narrowed({ ...nothing, action: 'dead' })).toBe(true)
})
