import { describe, expect, it } from 'vitest'

import { merge } from './merge'

const document = { app_name: 'Магазин', country: 'RU', rules: [{ name: 'один' }], filter: { on: true, where: { join: 'and', of: ['a'] } } }
const with_ = (part: object) => ({ ...structuredClone(document), ...part })

describe('merge', () => {
  it('keeps what each of two people changed', () => {
    const merged = merge(document, with_({ app_name: 'Мой' }), with_({ country: 'KZ' }))
    expect(merged).toEqual({ document: with_({ app_name: 'Мой', country: 'KZ' }), contested: [] })
  })
  it('keeps one’s own where both changed the same, and tells of it', () => {
    const merged = merge(document, with_({ app_name: 'Мой' }), with_({ app_name: 'Их', country: 'KZ' }))
    expect(merged).toEqual({ document: with_({ app_name: 'Мой', country: 'KZ' }), contested: ['/app_name'] })
  })
  it('has nothing to tell when both changed the same to the same', () => {
    expect(merge(document, with_({ app_name: 'Одно' }), with_({ app_name: 'Одно' }))).toEqual({ document: with_({ app_name: 'Одно' }), contested: [] })
  })
  it('takes a list as one thing', () => {
    const merged = merge(document, with_({ rules: [{ name: 'один' }, { name: 'мой' }] }), with_({ rules: [] }))
    expect(merged).toEqual({ document: with_({ rules: [{ name: 'один' }, { name: 'мой' }] }), contested: ['/rules'] })
  })
  it('takes a filter as one thing, and its switch as another', () => {
    const merged = merge(document, with_({ filter: { on: true, where: { join: 'or', of: ['a'] } } }), with_({ filter: { on: false, where: { join: 'and', of: ['b'] } } }))
    expect(merged).toEqual({ document: with_({ filter: { on: false, where: { join: 'or', of: ['a'] } } }), contested: ['/filter/where'] })
  })
  it('shares nothing with what it was made of', () => {
    const theirs = with_({ country: 'KZ' })
    merge(document, document, theirs).document.rules.push({ name: 'чужое' })
    expect(theirs.rules).toHaveLength(1)
  })
})
