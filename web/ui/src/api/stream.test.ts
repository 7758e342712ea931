import { afterEach, expect, it, vi } from 'vitest'

import { useStream } from './stream'

const ends: (() => void)[] = []
vi.mock('vue', async (whole) => ({ ...(await whole<typeof import('vue')>()), onUnmounted: (end: () => void) => ends.push(end) }))
vi.mock('./client', () => ({ root: '' }))
vi.mock('@/identity/session', () => ({ session: { token: async () => 'secret', refused: vi.fn() } }))
vi.mock('@/words', () => ({ lang: () => 'ru' }))

afterEach(() => {
  for (const end of ends.splice(0)) end()
  vi.unstubAllGlobals()
})

it('has the page read anew once the first connection stands, and goes on without that after a break', async () => {
  vi.stubGlobal('document', { hidden: false, addEventListener: vi.fn(), removeEventListener: vi.fn() })
  const answers = ['retry: 1\nid: 7\nevent: position\ndata: {}\n\n', 'retry: 1\nid: 7\nevent: position\ndata: {}\n\nid: 8\nevent: decided\ndata: {"number":8}\n\n']
  const asked: (string | undefined)[] = []
  vi.stubGlobal('fetch', async (_: string, how: { headers: Record<string, string> }) => {
    asked.push(how.headers['Last-Event-ID'])
    const text = answers[asked.length - 1]
    return text === undefined ? new Response(new ReadableStream()) : new Response(text)
  })
  const heard: string[] = []
  useStream({ change: (c) => heard.push(`change ${c.number}`), reset: () => heard.push('reset') })
  await vi.waitFor(() => expect(asked.length).toBe(3))
  expect(heard).toEqual(['reset', 'change 8'])
  expect(asked).toEqual([undefined, '7', '8'])
})
