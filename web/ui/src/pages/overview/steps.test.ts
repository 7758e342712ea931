import { describe, expect, it } from 'vitest'

import { hurdles, inOrder, placeOf, type Step } from './steps'

const step = (code: Step['code'], done: boolean): Step => ({ code, done, title: code, hint: '' })

describe('inOrder', () => {
  it('leads from the portal to the first call, each step once', () =>
    expect(inOrder([step('portal', true), step('platform', false), step('authorise', true), step('platform', false), step('notifications', false), step('settings', true)]).map((s) => s.code))
      .toEqual(['portal', 'platform', 'settings', 'notifications']))
  it('names a lost access', () => expect(inOrder([step('authorise', false)]).map((s) => s.code)).toEqual(['authorise']))
  it('takes the undone of two', () => expect(inOrder([step('platform', true), step('platform', false)])[0]?.done).toBe(false))
})

describe('hurdles', () => {
  it('are steps that calls wait for', () => expect(hurdles([step('settings', false)])).toBe(true))
  it('are not employees without a user', () => expect(hurdles([step('employees', false), step('settings', true)])).toBe(false))
})

describe('placeOf', () => {
  it('is nowhere before there is a portal', () => expect(placeOf('settings', '')).toBeNull())
  it('is the portal’s own page', () => expect(placeOf('employees', 'p1')).toEqual({ name: 'employees', params: { portal: 'p1' } }))
})
