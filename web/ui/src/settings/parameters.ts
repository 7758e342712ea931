// What extra fields may be filled with: the catalogue of communication parameters (T-15, C-13), the same for all portals.
import { reactive } from 'vue'

import { api, ask, type Schemas } from '@/api/client'
import { lang } from '@/words'

import type { Choice } from './directory'
import { asked, heard, type Topic } from './topic'

// firstCommunication is the parameter «ID первой коммуникации».
export const firstCommunication = 'first_communication_id'

// firstValue is what it holds.
export function firstValue(topic: Topic): string {
  return { call: 'call:{call_session_id}', chat: 'chat:{chat_id}', offline_message: 'offline_message:{id}' }[heard(topic)]
}

const catalogue = reactive<Record<ReturnType<typeof heard>, Schemas['Variable'][]>>({ call: [], chat: [], offline_message: [] })

// needParameters loads the catalogue of a topic when it is not here yet.
export async function needParameters(topic: Topic): Promise<void> {
  const of = heard(topic)
  if (!catalogue[of].length) catalogue[of] = (await ask(api.GET('/api/v1/variables', { params: { query: { for: 'fields', of: asked(topic) } } }))).variables
}

// parameters are named in the language of the page, each with an example; «ID первой коммуникации» comes first, as in the seed.
export function parameters(topic: Topic): Choice[] {
  const named = catalogue[heard(topic)].map((v) => ({ value: v.name, label: lang() === 'ru' ? v.ru : v.en, hint: `${v.name} · ${v.example}` }))
  return named.sort((a, b) => Number(b.value === firstCommunication) - Number(a.value === firstCommunication))
}
