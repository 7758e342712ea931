import { expect, test, vi } from 'vitest'

import { after, date, dayTitle, midnight, nextDay } from './times'

vi.mock('@/words', () => ({ lang: () => 'ru' })) // the words themselves need a page

test('a day begins at midnight of the portal, also when the clocks change', () => {
  expect(midnight('2026-05-12', 'Europe/Moscow')).toBe('2026-05-11T21:00:00.000Z')
  expect(midnight('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z')
  expect(midnight('2026-03-30', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z')
  expect(midnight('2026-01-01', 'America/New_York')).toBe('2026-01-01T05:00:00.000Z')
  expect(midnight('2026-01-01', 'UTC')).toBe('2026-01-01T00:00:00.000Z')
})

test('days are told from the day of the portal', () => {
  const say = { today: 'Сегодня', yesterday: 'Вчера' }
  const now = Date.parse('2026-05-11T21:30:00Z')
  expect(date('2026-05-11T21:30:00Z', 'Europe/Moscow')).toBe('2026-05-12')
  expect(dayTitle('2026-05-12', 'Europe/Moscow', now, say)).toBe('Сегодня')
  expect(dayTitle('2026-05-11', 'Europe/Moscow', now, say)).toBe('Вчера')
  expect(dayTitle('2026-05-10', 'Europe/Moscow', now, say)).toContain('2026')
  expect(nextDay('2026-02-28')).toBe('2026-03-01')
})

test('how long after the first event another came', () => {
  expect(after('2026-05-12T12:00:00Z', '2026-05-12T12:00:07Z')).toBe('+0:07')
  expect(after('2026-05-12T12:00:00Z', '2026-05-12T13:01:00Z')).toBe('+1:01:00')
  expect(after('2026-05-12T12:00:00Z', '2026-05-12T11:00:00Z')).toBe('+0:00')
})
