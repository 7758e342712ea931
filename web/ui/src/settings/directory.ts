// What settings may refer to: the portal's and the platform's directory, as last synchronised (S-2 «directory»).
import { reactive } from 'vue'

import { api, ask, type Schemas } from '@/api/client'
import { keeps, sameTenant } from '@/identity/tenancy'
import { lang } from '@/words'

import { asked, type Topic } from './topic'

export interface Choice {
  value: string
  label: string
  // hint is shown beside the label: a number of a virtual line, a person's e-mail.
  hint?: string
  // gone tells that the directory does not know the value any more; it is kept until the person takes it out.
  gone?: boolean
}

interface Known {
  portal: string
  directory: Schemas['DirectoryView'] | null
  words: Record<Topic, Schemas['Word'][]>
  // limits are how large a filter may be, null before they are known.
  limits: Schemas['Limits'] | null
  // functions are what a free expression may call.
  functions: string[]
  // variables are those of name templates.
  variables: Record<'call' | 'chat' | 'offline_message', Schemas['Variable'][]>
}

const nothing = (): Known => ({ portal: '', directory: null, words: { in: [], out: [], chat: [], offline_message: [] }, limits: null, functions: [], variables: { call: [], chat: [], offline_message: [] } })

export const known = reactive<Known>(nothing())

keeps(() => Object.assign(known, nothing()))

// need loads the directory of a portal when it is not here yet.
export async function need(portal: string): Promise<void> {
  if (known.portal === portal && known.directory) return
  await load(portal)
}

// load reads it anew, after a synchronisation for example.
export async function load(portal: string): Promise<void> {
  const same = sameTenant()
  const wordsOf = (topic: Topic) => ask(api.GET('/api/v1/words', { params: { query: { of: asked(topic) } } }))
  const variablesOf = (topic: Topic) => ask(api.GET('/api/v1/variables', { params: { query: { of: asked(topic) } } }))
  const [directory, incoming, outgoing, chats, requests, ofCalls, ofChats, ofRequests] = await Promise.all([
    ask(api.GET('/api/v1/portals/{portal}/directory', { params: { path: { portal } } })),
    wordsOf('in'), wordsOf('out'), wordsOf('chat'), wordsOf('offline_message'), variablesOf('in'), variablesOf('chat'), variablesOf('offline_message'),
  ])
  if (!same()) return
  const read: Known = {
    portal, directory, words: { in: incoming.words, out: outgoing.words, chat: chats.words, offline_message: requests.words }, limits: incoming.limits,
    functions: incoming.functions, variables: { call: ofCalls.variables, chat: ofChats.variables, offline_message: ofRequests.variables },
  }
  Object.assign(known, read)
}

// users are the portal's, those who were dismissed last.
export function users(): Choice[] {
  const all = known.directory?.users ?? []
  return [...all]
    .sort((a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name))
    .map((u) => ({ value: String(u.id), label: u.name || `#${u.id}`, hint: u.email, gone: !u.active }))
}

// funnels are the deals' funnels; 0 is the portal's general one.
export function funnels(): Choice[] {
  return (known.directory?.funnels ?? []).map((f) => ({ value: String(f.id), label: f.name }))
}

// stages are those of a funnel of deals, in the portal's order.
export function stages(funnel: number): Choice[] {
  const found = (known.directory?.funnels ?? []).find((f) => f.id === funnel)
  return inOrder(found?.stages ?? [])
}

// firstStage is where new deals of a funnel begin; the portal's order is that of the work.
export function firstStage(funnel: number): string {
  const open = (known.directory?.funnels ?? []).find((f) => f.id === funnel)?.stages?.filter((s) => !s.closed) ?? []
  return [...open].sort((a, b) => (a.sort ?? 0) - (b.sort ?? 0))[0]?.code ?? ''
}

// move sends what begins in one funnel to another: a stage is of one funnel, and with another it would be a mistake.
export function move(place: { funnel: number; stage: string }, funnel: string): void {
  if (Number(funnel) === place.funnel) return
  place.funnel = Number(funnel)
  place.stage = firstStage(place.funnel)
}

// leadStages are the statuses of leads.
export function leadStages(): Choice[] {
  return inOrder(known.directory?.lead_stages ?? [])
}

// withLeads tells that the portal works with leads; the simple mode has deals only.
export function withLeads(): boolean {
  return known.directory?.mode !== 'simple'
}

// numbers are the tenant's virtual numbers at the platform.
export function numbers(): Choice[] {
  return (known.directory?.platform?.numbers ?? []).map((n) => ({ value: n.number, label: n.number, hint: n.name, gone: !n.active }))
}

// channelTypes are the types of channel whose chats can be processed (C-3), each with the names of those that are connected.
export function channelTypes(): Choice[] {
  const connected = known.directory?.platform?.channels ?? []
  return (known.directory?.channel_types ?? []).map((c) => ({
    value: c.type, label: lang() === 'ru' ? c.ru : c.en, hint: connected.filter((one) => one.type === c.type).map((one) => one.name || `#${one.id}`).join(', '),
  }))
}

// fields are the portal's own fields of a kind of entity.
export function fields(kind: string): Choice[] {
  return (known.directory?.fields?.[kind] ?? []).map((f) => ({ value: f.name, label: f.title || f.name, hint: f.name }))
}

function inOrder(stages: Schemas['Stage'][]): Choice[] {
  return [...stages].sort((a, b) => (a.sort ?? 0) - (b.sort ?? 0)).map((s) => ({ value: s.code, label: s.name, gone: false }))
}
