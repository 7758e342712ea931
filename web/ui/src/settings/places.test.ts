import { describe, expect, it } from 'vitest'

import { placeOf, unsavedPages } from './places'

describe('placeOf', () => {
  it.each([
    ['/app_name', 'main'],
    ['/own_numbers/3', 'main'],
    ['/telephony/enabled', 'telephony'],
    ['/telephony/incoming/filter/where/of/0/values/1', 'telephony'],
    ['/telephony/outgoing/names/deal/2/text', 'templates'],
    ['/telephony/incoming/funnels/rules/0/stage', 'funnels'],
    ['/telephony/companion', 'funnels'],
    ['/telephony/incoming/responsible/default', 'responsibles'],
    ['/telephony/talker', 'responsibles'],
    ['/telephony/extra_fields/lead/0/field', 'fields'],
    ['/sync/only/0', 'employees'],
    ['/employees/1/user', 'employees'],
  ])('%s is on the page %s', (pointer, page) => expect(placeOf(pointer)).toBe(page))
})

const document = {
  app_name: 'Магазин', sync: { on: true }, telephony: { enabled: true, companion: 'contact', incoming: { names: { deal: [] }, filter: { on: false } }, outgoing: { responsible: { default: 1 } } },
}

describe('unsavedPages', () => {
  it('has nothing to tell of the same', () => expect(unsavedPages(structuredClone(document), document)).toEqual(new Set()))
  it.each<[page: string, edit: (d: typeof document) => void]>([
    ['main', (d) => (d.app_name = 'Мой')],
    ['employees', (d) => (d.sync.on = false)],
    ['telephony', (d) => (d.telephony.enabled = false)],
    ['telephony', (d) => (d.telephony.incoming.filter.on = true)],
    ['funnels', (d) => (d.telephony.companion = 'company')],
    ['templates', (d) => d.telephony.incoming.names.deal.push('Звонок' as never)],
    ['responsibles', (d) => (d.telephony.outgoing.responsible.default = 2)],
  ])('%s alone', (page, edit) => {
    const edited = structuredClone(document)
    edit(edited)
    expect(unsavedPages(edited, document)).toEqual(new Set([page]))
  })
  it('tells of what is there on one side only', () => expect(unsavedPages({ ...document, own_numbers: ['+7'] }, document)).toEqual(new Set(['main'])))
})
