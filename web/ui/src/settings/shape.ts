// The settings document as the UI edits it: complete, with a list wherever the API may answer null or nothing at all.
import type { Schemas } from '@/api/client'

export type Filter = { name?: string; join?: 'and' | 'or'; of?: Filter[]; parameter?: string; mode?: 'include' | 'exclude'; values?: string[]; expression?: string }
export type NameTemplate = { text: string; where: Filter }
export type FunnelRule = { name: string; entity: 'lead' | 'deal'; funnel: number; stage: string; where: Filter }
export type ResponsibleRule = { name: string; user: number; where: Filter }
export type EntityKind = 'lead' | 'deal' | 'contact' | 'company'
export type FieldPair = { field: string; parameter: string }

export interface Calls {
  create: boolean
  filter: { on: boolean; where: Filter }
  names: Record<EntityKind, NameTemplate[]>
  funnels: { lead_stage: string; funnel: number; stage: string; rules: FunnelRule[] }
  responsible: { default: number; rules: ResponsibleRule[] }
}

export interface Telephony {
  enabled: boolean
  other_telephony: { on: boolean; settle_seconds: number }
  personal_manager: boolean
  responsible_after_seconds: number
  click_to_call: { on: boolean; number: string; override_caller_id: boolean }
  callback: { on: boolean; number: string }
  records: boolean
  records_with_filter: boolean
  chat_notice: boolean
  extra_fields: { always: boolean } & Record<EntityKind, FieldPair[]>
  notes: boolean
  working_hours: { days: number[]; from: string; till: string }
  incoming: Calls
  outgoing: Calls
  talker: 'first' | 'last'
  source_number: boolean
  companion: 'contact' | 'company'
  silence_minutes: number
}

export interface Settings {
  app_name: string
  time_zone: string
  country: string
  language: 'ru' | 'en'
  own_numbers: string[]
  employees: { employee: number; user: number }[]
  sync: { daily: boolean; only: number[]; statuses: boolean }
  telephony: Telephony
}

const kinds: EntityKind[] = ['lead', 'deal', 'contact', 'company']

// complete fills what a stored document may leave out, so that pages can bind to every field. Meanings are not changed: the
// API reads an absent list as an empty one.
export function complete(stored: Schemas['Settings']): Settings {
  const s = structuredClone(stored) as unknown as Settings
  s.own_numbers ??= []
  s.employees ??= []
  s.sync.only ??= []
  s.telephony.working_hours.days ??= []
  for (const kind of kinds) s.telephony.extra_fields[kind] ??= []
  for (const calls of [s.telephony.incoming, s.telephony.outgoing]) {
    calls.filter.where ??= {}
    for (const kind of kinds) {
      calls.names[kind] ??= []
      for (const template of calls.names[kind]) template.where ??= {}
    }
    calls.funnels.rules ??= []
    calls.responsible.rules ??= []
    for (const rule of [...calls.funnels.rules, ...calls.responsible.rules]) rule.where ??= {}
  }
  return s
}
