import { describe, expect, it } from 'vitest'

import { customerOf, eventsOf, type Made } from './story'

const employees = [{ value: '7001', label: 'Тестова Анна' }]
const named = (thing: string) => (thing === 'site' ? [{ value: '41', label: 'shop.example' }] : [])
const call = (made: Partial<Made>): Made => ({ direction: 'in', client: '+7 900 000-00-42', virtual: '74950000101', employee: '', answered: false, things: {}, ...made })
const kinds = (made: Partial<Made>) => eventsOf(call(made), named, employees).map((e) => e.kind)

describe('a made-up call', () => {
  it.each<[Partial<Made>, string[]]>([
    [{}, ['call_incoming', 'call_lost', 'call_finished']],
    [{ employee: '7001' }, ['call_incoming', 'call_ringing', 'call_lost', 'call_finished']],
    [{ employee: '7001', answered: true }, ['call_incoming', 'call_ringing', 'call_talk_started', 'call_finished']],
    [{ direction: 'out', employee: '7001' }, ['call_outgoing', 'call_finished']],
    [{ direction: 'out', employee: '7001', answered: true }, ['call_outgoing', 'call_talk_started', 'call_finished']],
  ])('%j is told as %j', (made, want) => expect(kinds(made)).toEqual(want))

  it('says of an answered call who talked', () => {
    const last = eventsOf(call({ employee: '7001', answered: true }), named, employees).at(-1)?.report
    expect(last).toMatchObject({ client_number: '79000000042', lost: false, first_talked: 7001, last_talked: 7001, employee: { id: 7001, name: 'Тестова Анна' } })
  })

  it('says of a missed call whose phone rang', () => {
    const lost = eventsOf(call({ employee: '7001' }), named, employees).find((e) => e.kind === 'call_lost')?.report
    expect(lost).toMatchObject({ lost: true, tried: [7001] })
    expect(lost?.employee).toBeUndefined()
  })

  it('names things by id and name, what is written freely by name alone, and tells none of an outgoing call', () => {
    const things = { site: '41', campaign: 'Новая' }
    expect(eventsOf(call({ things }), named, employees)[0]?.report?.params).toEqual({ site_id: ['41'], site_domain_name: ['shop.example'], campaign_name: ['Новая'] })
    expect(eventsOf(call({ things, direction: 'out' }), named, employees)[0]?.report?.params).toEqual({})
  })

  it('leaves a hidden number as it is written', () => {
    expect(eventsOf(call({ client: 'anonymous' }), named, employees)[0]?.report?.client_number).toBe('anonymous')
  })
})

describe('what the CRM knows', () => {
  it('has deals of the contact and company beside them', () => {
    const row = { responsible: '7', closed: false, funnel: '5', stage: 'C5:NEW' }
    expect(customerOf([{ ...row, kind: 'contact' }, { ...row, kind: 'deal', closed: true }])).toEqual({
      contacts: [{ kind: 'contact', id: 1, responsible: 7 }],
      deals: [{ kind: 'deal', id: 2, responsible: 7, closed: true, stage: 'C5:NEW', contact: 1, company: undefined, funnel: 5 }],
    })
  })
  it('is nothing when nothing is known', () => expect(customerOf([])).toEqual({}))
})
