import { describe, expect, it } from 'vitest'

import { keyOf, renumbered, reorder, swapped, without } from './rows'

const said = (pointer: string) => ({ pointer, code: 'required', message: 'Fill it in.' })

describe('rows of a list', () => {
  it('keep their key when they are moved', () => {
    const rows = [{ text: 'a' }, { text: 'b' }]
    const [a, b] = rows.map(keyOf)
    reorder(rows, swapped(2, 0, 1))
    expect(rows.map((r) => r.text)).toEqual(['b', 'a'])
    expect(rows.map(keyOf)).toEqual([b, a])
    expect(a).not.toBe(b)
  })

  it('take their problems with them', () => {
    const problems = [said('/names/lead/0/text'), said('/names/lead/2/where/values'), said('/names/lead'), said('/names/leader/0'), said('/app_name')]
    expect(renumbered(problems, '/names/lead', swapped(3, 1, 2)).map((p) => p.pointer)).toEqual([
      '/names/lead/0/text', '/names/lead/1/where/values', '/names/lead', '/names/leader/0', '/app_name',
    ])
  })

  it('lose their problems with themselves', () => {
    const problems = [said('/names/lead/0/text'), said('/names/lead/10/text')]
    expect(renumbered(problems, '/names/lead', without(11, 0)).map((p) => p.pointer)).toEqual(['/names/lead/9/text'])
  })
})
