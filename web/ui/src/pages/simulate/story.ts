// A call that somebody makes up, as the platform would have told it: what is filled in becomes events in their order.
import type { Schemas } from '@/api/client'

export interface Made {
  direction: 'in' | 'out'
  client: string
  virtual: string
  // employee answered or missed an incoming call, or made an outgoing one; '' is nobody.
  employee: string
  answered: boolean
  // things are chosen parameters of filters: scenario, campaign… by the id in the platform's directory, or written freely.
  things: Partial<Record<Thing, string>>
}

export type Thing = 'scenario' | 'last_operation' | 'group' | 'campaign' | 'first_campaign' | 'site' | 'source'

// things of an incoming call, in the order of the filters' parameters.
export const things: Thing[] = ['scenario', 'last_operation', 'group', 'campaign', 'first_campaign', 'site', 'source']

// variables are the platform's names of a thing's id and name (contract uis §1.3).
const variables: Record<Thing, [id: string, name: string]> = {
  scenario: ['scenario_id', 'scenario_name'], last_operation: ['last_scenario_operation_id', 'last_scenario_operation_name'], group: ['visitor_group_id', 'visitor_group_name'],
  campaign: ['campaign_id', 'campaign_name'], first_campaign: ['visitor_first_campaign_id', 'visitor_first_campaign_name'], site: ['site_id', 'site_domain_name'], source: ['source_id', 'source_name'],
}

export interface Named {
  value: string
  label: string
}

const second = 1_000_000_000 // the API counts spans in nanoseconds

// eventsOf tells the call. named are the directory's things, employees those of the platform.
export function eventsOf(made: Made, named: (thing: Thing) => Named[], employees: Named[]): Schemas['ToldEvent'][] {
  const digits = (phone: string): string => phone.replace(/[^\d]/g, '')
  const who = employees.find((e) => e.value === made.employee)
  const employee = who ? { employee: { id: Number(who.value), name: who.label } } : {}
  const said: Schemas['Report'] = { direction: made.direction, client_number: digits(made.client) || made.client, virtual_number: digits(made.virtual), params: paramsOf(made, named) }
  const ended = made.answered ? { lost: false, talk: 60 * second, ...(who ? { first_talked: Number(who.value), last_talked: Number(who.value) } : {}) } : { lost: true, talk: 0 }
  const events: Schemas['ToldEvent'][] = [{ kind: made.direction === 'in' ? 'call_incoming' : 'call_outgoing', report: { ...said, ...(made.direction === 'out' ? employee : {}) } }]
  if (made.direction === 'in' && who) events.push({ kind: 'call_ringing', report: { ...said, ...employee } })
  if (made.answered) events.push({ kind: 'call_talk_started', report: { ...said, ...employee } })
  else if (made.direction === 'in') events.push({ kind: 'call_lost', report: { ...said, lost: true, ...(who ? { tried: [Number(who.value)], tried_names: [who.label] } : {}) } })
  events.push({ kind: 'call_finished', report: { ...said, ...(made.answered || made.direction === 'out' ? employee : {}), ...ended } })
  return events
}

function paramsOf(made: Made, named: (thing: Thing) => Named[]): Record<string, string[]> {
  const out: Record<string, string[]> = {}
  if (made.direction === 'out') return out
  for (const thing of things) {
    const value = made.things[thing]
    if (!value) continue
    const found = named(thing).find((n) => n.value === value)
    const [id, name] = variables[thing]
    if (found) out[id] = [found.value]
    out[name] = [found?.label ?? value]
  }
  return out
}

export type EntityKind = 'contact' | 'company' | 'lead' | 'deal'

// Known is one record that the CRM has of the client.
export interface Known {
  kind: EntityKind
  responsible: string
  closed: boolean
  funnel: string
  stage: string
}

const lists = { contact: 'contacts', company: 'companies', lead: 'leads', deal: 'deals' } as const

// customerOf is what the CRM answers; records are numbered as they stand, and deals and leads belong to the first contact and company.
export function customerOf(known: Known[]): Schemas['Customer'] {
  const out: Schemas['Customer'] = {}
  const first = (kind: EntityKind): number | undefined => {
    const i = known.findIndex((k) => k.kind === kind)
    return i < 0 ? undefined : i + 1
  }
  known.forEach((k, i) => {
    const entity: Schemas['Entity'] = { kind: k.kind, id: i + 1, responsible: Number(k.responsible) || undefined }
    if (k.kind === 'lead' || k.kind === 'deal') {
      entity.closed = k.closed
      entity.stage = k.stage || undefined
      entity.contact = first('contact')
      entity.company = first('company')
    }
    if (k.kind === 'deal') entity.funnel = Number(k.funnel) || 0
    out[lists[k.kind]] = [...(out[lists[k.kind]] ?? []), entity]
  })
  return out
}
