// What settings may refer to: the portal's and the platform's directory, as last synchronised (S-2 «directory»).
import { reactive } from 'vue'

import { api, ask, type Schemas } from '@/api/client'
import { keeps, sameTenant } from '@/identity/tenancy'

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
  words: { in: Schemas['Word'][]; out: Schemas['Word'][] }
  // limits are how large a filter may be, null before they are known.
  limits: Schemas['Limits'] | null
  // functions are what a free expression may call.
  functions: string[]
  variables: Schemas['Variable'][]
}

const nothing = (): Known => ({ portal: '', directory: null, words: { in: [], out: [] }, limits: null, functions: [], variables: [] })

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
  const [directory, incoming, outgoing, variables] = await Promise.all([
    ask(api.GET('/api/v1/portals/{portal}/directory', { params: { path: { portal } } })),
    ask(api.GET('/api/v1/words', { params: { query: { direction: 'in' } } })),
    ask(api.GET('/api/v1/words', { params: { query: { direction: 'out' } } })),
    ask(api.GET('/api/v1/variables')),
  ])
  if (same()) Object.assign(known, { portal, directory, words: { in: incoming.words, out: outgoing.words }, limits: incoming.limits, functions: incoming.functions, variables: variables.variables })
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

// fields are the portal's own fields of a kind of entity.
export function fields(kind: string): Choice[] {
  return (known.directory?.fields?.[kind] ?? []).map((f) => ({ value: f.name, label: f.title || f.name, hint: f.name }))
}

function inOrder(stages: Schemas['Stage'][]): Choice[] {
  return [...stages].sort((a, b) => (a.sort ?? 0) - (b.sort ?? 0)).map((s) => ({ value: s.code, label: s.name, gone: false }))
}
