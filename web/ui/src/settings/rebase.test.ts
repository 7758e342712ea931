import { describe, expect, it, vi } from 'vitest'

import { upon } from './rebase'
import type { Settings } from './shape'

vi.mock('@/api/client', () => ({ api: {}, ask: vi.fn(), askWhole: vi.fn(), Refusal: Error })) // nothing is asked here

const with_ = (pairs: [number, number][]): Settings => ({ app_name: 'old', employees: pairs.map(([employee, user]) => ({ employee, user })) }) as Settings

describe('upon', () => {
  it('takes a mapping that was saved beside the draft, and keeps the draft’s edits', () => {
    const edited = { ...with_([[1, 7]]), app_name: 'new' }
    upon(edited, with_([[1, 7]]), with_([[1, 7], [2, 8]]))
    expect(edited.app_name).toBe('new')
    expect(edited.employees).toEqual([{ employee: 1, user: 7 }, { employee: 2, user: 8 }])
  })
  it('takes a mapping out that was taken out', () => {
    const edited = with_([[1, 7]])
    upon(edited, with_([[1, 7]]), with_([]))
    expect(edited.employees).toEqual([])
  })
  it('keeps what the draft itself changed', () => {
    const edited = with_([[1, 9], [3, 5]])
    upon(edited, with_([[1, 7], [4, 4]]), with_([[1, 8], [4, 4], [2, 2]]))
    expect(edited.employees).toEqual([{ employee: 1, user: 9 }, { employee: 2, user: 2 }, { employee: 3, user: 5 }])
  })
})
