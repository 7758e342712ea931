import { expect, test } from 'vitest'

import { Reader } from './sse'

test('messages are whole whatever the pieces are', () => {
  const text = 'retry: 2000\nid: 4\nevent: position\ndata: {"number":4}\n\n: beat\n\nid: 5\nevent: decided\ndata: {"a":"b: c"}\n\n'
  for (const size of [1, 3, 7, text.length]) {
    const reader = new Reader()
    const all = []
    for (let at = 0; at < text.length; at += size) all.push(...reader.read(text.slice(at, at + size)))
    expect(all).toEqual([
      { id: '4', event: 'position', data: '{"number":4}' },
      { id: '5', event: 'decided', data: '{"a":"b: c"}' },
    ])
    expect(reader.retry).toBe(2000)
  }
})

test('lines of data are joined and other line ends are understood', () => {
  const reader = new Reader()
  expect(reader.read('data: one\r\ndata:two\r\n\r\ndata: thr')).toEqual([{ id: '', event: 'message', data: 'one\ntwo' }])
  expect(reader.read('ee\n\n')).toEqual([{ id: '', event: 'message', data: 'three' }])
})
