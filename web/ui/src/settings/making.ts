// Which records conversations make by the draft, and so which fields of their funnels mean something (C-2, C-5, C-6).
import { withLeads } from './directory'
import type { Beginning, Conversations, Making } from './shape'

export interface Made {
  lead: boolean
  deal: boolean
}

const kinds: Record<Making, Made> = {
  lead: { lead: true, deal: false }, deal: { lead: false, deal: true }, lead_and_deal: { lead: true, deal: true },
  activity: { lead: false, deal: false }, nothing: { lead: false, deal: false },
}

// madeOf tells which records a beginning makes; a portal without leads makes a deal instead of one.
export function madeOf(section: Conversations, beginning: Beginning, leads = withLeads()): Made {
  const { lead, deal } = section.create ? kinds[beginning.make] : kinds.nothing
  return leads ? { lead, deal } : { lead: false, deal: lead || deal }
}

// commentsOnly tells that words of somebody known go into records that are there: «Приоритет добавления комментариев» is of use then.
export function commentsOnly(section: Conversations): boolean {
  return !section.create || section.repeat.make === 'nothing' || section.repeat.make === 'activity'
}
