import { describe, expect, it, vi } from 'vitest'

import { registered } from './card'

vi.mock('@/api/client', () => ({ api: {}, ask: vi.fn(), Refusal: Error })) // nothing is asked here

describe('registered', () => {
  const story = (...results: unknown[]) => [{ actions: results.map((result) => ({ result })) }] as never
  it('finds the call that the portal gave that id', () => expect(registered(story(undefined, { id: 4 }, { call_id: 'externalCall.7' }), 'externalCall.7')).toBe(true))
  it('takes no other call for it', () => expect(registered(story(null, 'externalCall.7', { call_id: 'externalCall.8' }), 'externalCall.7')).toBe(false))
})
