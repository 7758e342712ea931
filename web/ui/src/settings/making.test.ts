import { describe, expect, it, vi } from 'vitest'

import { commentsOnly, madeOf } from './making'
import type { Beginning, Conversations, Making } from './shape'

vi.mock('./directory', () => ({ withLeads: () => true }))

const section = (create: boolean, primary: Making, repeat: Making): Conversations => ({ create, primary: { make: primary }, repeat: { make: repeat } }) as Conversations
const beginning = (make: Making): Beginning => ({ make }) as Beginning

describe('C-6: fields of the funnels', () => {
  it.each<[Making, boolean, boolean, boolean]>([
    ['lead', true, true, false], ['deal', true, false, true], ['lead_and_deal', true, true, true], ['activity', true, false, false], ['nothing', true, false, false],
    ['lead', false, false, true], ['lead_and_deal', false, false, true], ['nothing', false, false, false],
  ])('%s in a portal with leads: %s', (make, leads, lead, deal) => expect(madeOf(section(true, 'lead', 'lead'), beginning(make), leads)).toEqual({ lead, deal }))
  it('mean nothing while nothing is created (C-2)', () => expect(madeOf(section(false, 'lead', 'lead'), beginning('lead_and_deal'))).toEqual({ lead: false, deal: false }))
})

describe('C-5: the priority of comments', () => {
  it.each<[Making, boolean]>([['nothing', true], ['activity', true], ['lead', false], ['deal', false], ['lead_and_deal', false]])('with %s for repeat ones: %s', (make, active) =>
    expect(commentsOnly(section(true, 'lead', make))).toBe(active))
  it('is of use when nothing is created', () => expect(commentsOnly(section(false, 'lead', 'lead'))).toBe(true))
})
