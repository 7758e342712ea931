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

export type ExtraFields = { always: boolean } & Record<EntityKind, FieldPair[]>
export type ChatFunnelRule = { name: string; lead_stage: string; funnel: number; stage: string; where: Filter }

// Making is which records a conversation makes (C-5); the last two are for repeat ones only.
export type Making = 'lead' | 'deal' | 'lead_and_deal' | 'activity' | 'nothing'

export interface Beginning {
  make: Making
  lead_stage: string
  funnel: number
  stage: string
  rules: ChatFunnelRule[]
}

export interface Conversations {
  enabled: boolean
  create: boolean
  channels: string[]
  filter: { on: boolean; where: Filter }
  responsible: { default: number; rules: ResponsibleRule[] }
  primary: Beginning
  repeat: Beginning
  comment_to: 'deals' | 'leads' | 'both'
  transcript: 'start' | 'end'
  notify: boolean
  copy_to_client: boolean
  closed_too: boolean
  names: Record<EntityKind, NameTemplate[]>
  extra_fields: ExtraFields
  without_contacts: boolean
  silence_hours: number
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
  extra_fields: ExtraFields
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
  chats: Conversations
  offline: Conversations
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
  for (const section of [s.telephony, s.chats, s.offline]) for (const kind of kinds) section.extra_fields[kind] ??= []
  for (const calls of [s.telephony.incoming, s.telephony.outgoing, s.chats, s.offline]) {
    calls.filter.where ??= {}
    for (const kind of kinds) {
      calls.names[kind] ??= []
      for (const template of calls.names[kind]) template.where ??= {}
    }
    calls.responsible.rules ??= []
    for (const rule of calls.responsible.rules) rule.where ??= {}
  }
  for (const section of [s.chats, s.offline]) section.channels ??= []
  for (const funnels of [s.telephony.incoming.funnels, s.telephony.outgoing.funnels, s.chats.primary, s.chats.repeat, s.offline.primary, s.offline.repeat]) {
    funnels.rules ??= []
    for (const rule of funnels.rules) rule.where ??= {}
  }
  return s
}
