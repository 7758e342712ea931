import { describe, expect, it, vi } from 'vitest'

import { known } from '@/settings/directory'
import { draft } from '@/settings/draft'
import type { Settings } from '@/settings/shape'
import { loadPortals, portals } from '@/shell/portals'

import { enter } from './tenancy'

// The words and the client look at the page they are loaded by; here there is none.
const network = await vi.hoisted(async () => {
  await import('vue') // it takes the page as it is when it is loaded
  vi.stubGlobal('navigator', { language: 'ru' })
  vi.stubGlobal('location', { href: 'http://ui.example/', hash: '', search: '' })
  const fetch = vi.fn<() => Promise<Response>>()
  vi.stubGlobal('fetch', fetch)
  vi.stubGlobal('document', { querySelector: () => null, getElementById: () => null, documentElement: {} })
  return { fetch }
})

describe('when the token speaks for another tenant', () => {
  it('nothing of the former one stays', () => {
    const shown = (): string => JSON.stringify([draft, known, portals])
    expect(enter('one'), 'the first').toBe(false)
    const empty = shown()
    Object.assign(draft, { portal: 'p1', document: { app_name: 'Чужое' } as Settings, stored: '{}', etag: '"3"', version: 3, stale: true, contested: ['/app_name'] })
    Object.assign(known, { portal: 'p1', functions: ['near'], directory: { users: [{ id: 1, name: 'Анна' }] } })
    Object.assign(portals, { list: [{ id: 'p1' }], loaded: true, last: 'p1' })

    expect(enter('one'), 'a fresh token of the same').toBe(false)
    expect(draft.portal, 'edits outlive it').toBe('p1')
    expect(enter('two')).toBe(true)
    expect(shown()).toBe(empty)
  })

  it('what was asked for before is dropped when it comes', async () => {
    let answer: (response: Response) => void = () => undefined
    network.fetch.mockImplementation(() => new Promise((resolve) => (answer = resolve)))
    enter('three')
    const asking = loadPortals(undefined)
    await vi.waitFor(() => expect(network.fetch).toHaveBeenCalled())
    enter('four')
    answer(Response.json({ portals: [{ id: 'p2', state: 'ok' }] }))
    await asking
    expect(portals).toMatchObject({ list: [], loaded: false, last: '' })
  })
})
