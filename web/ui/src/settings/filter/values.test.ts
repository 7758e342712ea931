import { beforeEach, describe, expect, it, vi } from 'vitest'

// the directory asks the API through the page's address and words, which are not here
vi.mock('../directory', () => ({ known: { directory: null as unknown } }))

import { known } from '../directory'

import { choicesFor, written } from './values'

describe('values of a condition', () => {
  beforeEach(() => {
    Object.assign(known, { directory: { platform: { employees: [{ id: 7001, name: 'Тестова Анна', extension: '101' }], numbers: [{ number: '74950000101', active: true }], sites: null } } })
  })

  it.each([
    ['an id of the directory', 'employee', ['7001'], [false]],
    ['a name instead of the id', 'employee', ['Тестова Анна'], [false, false]],
    ['what the directory does not know', 'employee', ['7002'], [false, true]],
    ['what nobody can look up', 'site', ['shop.example'], [false]],
    ['an unknown parameter', 'weather', ['rain'], [false]],
  ])('T-7 %s', (_, parameter, values, gone) => {
    const choices = choicesFor(parameter, values)
    expect(choices.map((c) => Boolean(c.gone))).toEqual(gone)
    for (const v of values) expect(choices.map((c) => c.value)).toContain(v)
  })

  it.each([
    ['virtual_number', ' +7 (495) 000-01-01 ', ['74950000101']],
    ['virtual_number', '74950000101, 7 495 000 01 02;74950000101', ['74950000101', '74950000102']],
    ['virtual_number', 'office', ['office']],
    ['campaign', 'Акция, лето', ['Акция, лето']],
    ['campaign', '   ', []],
  ])('%s typed as «%s»', (parameter, text, want) => expect(written(parameter, text)).toEqual(want))
})
