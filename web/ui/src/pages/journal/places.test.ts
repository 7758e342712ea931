import { describe, expect, it } from 'vitest'

import { pageOf, standings } from './places'

const places = [{ label: 'Лид 1' }, { label: 'Контакт 2' }]

describe('standings', () => {
  it('says once what is alike everywhere', () => expect(standings(['there', 'there'], places)).toEqual([{ state: 'there', labels: [] }]))
  it('names the records where it differs, the worst first', () =>
    expect(standings(['there', 'refused'], places)).toEqual([{ state: 'refused', labels: ['Контакт 2'] }, { state: 'there', labels: ['Лид 1'] }]))
  it('says nothing where the words go nowhere', () => expect(standings([], [])).toEqual([]))
})

describe('pageOf', () => {
  it.each([['chat:1', 'conversation'], ['offline_message:7', 'conversation'], ['910000001', 'call'], ['click:c.1', 'call']])('%s', (session, page) => expect(pageOf(session)).toBe(page))
})
