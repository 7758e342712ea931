import { expect, test } from 'vitest'

import { byDay, merged, newer, type Row } from './rows'

function row(id: string, received: string, sentence = ''): Row {
  return {
    id, received, sentence, row: 'call', portal: 'p', session: id, event: id, kind: 'call_incoming', at: received, direction: 'in', client: '', channel: '', words: '', virtual: '',
    employee: '', title: '', summary: '', badge: { tone: 'good', text: '' }, links: [], settled: false,
  }
}

const shown = [row('c', '2026-05-12T12:03:00Z'), row('b', '2026-05-12T12:02:00.000001Z'), row('a', '2026-05-11T12:01:00Z')]

test('a row that changed stays where it is, and a new one comes where it belongs', () => {
  const all = merged(shown, [row('d', '2026-05-12T12:04:00Z'), row('b', '2026-05-12T12:02:00.000001Z', 'changed'), row('bb', '2026-05-12T12:02:30Z')])
  expect(all.map((r) => r.id)).toEqual(['d', 'c', 'bb', 'b', 'a'])
  expect(all[3]?.sentence).toBe('changed')
  expect(merged(shown, [])).toEqual(shown)
})

test('what lies below the last row comes with its own page', () => {
  const fresh = [row('d', '2026-05-12T12:04:00Z'), row('c', '2026-05-12T12:03:00Z'), row('old', '2026-05-10T12:00:00Z')]
  expect(newer(shown, fresh, false).map((r) => r.id)).toEqual(['d'])
  expect(newer(shown, fresh, true).map((r) => r.id)).toEqual(['d', 'old'])
})

test('rows are put under their days', () => {
  expect(byDay(shown, (r) => r.received.slice(0, 10)).map((d) => [d.day, d.rows.length])).toEqual([['2026-05-12', 2], ['2026-05-11', 1]])
})
