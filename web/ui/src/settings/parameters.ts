// What extra fields may be filled with: the catalogue of communication parameters (T-15), the same for all portals.
import { shallowRef } from 'vue'

import { api, ask, type Schemas } from '@/api/client'
import { lang } from '@/words'

import type { Choice } from './directory'

// firstCommunication is the parameter «ID первой коммуникации».
export const firstCommunication = 'first_communication_id'

const catalogue = shallowRef<Schemas['Variable'][]>([])

// needParameters loads the catalogue when it is not here yet.
export async function needParameters(): Promise<void> {
  if (!catalogue.value.length) catalogue.value = (await ask(api.GET('/api/v1/variables', { params: { query: { for: 'fields' } } }))).variables
}

// parameters are named in the language of the page, each with an example; «ID первой коммуникации» comes first, as in the seed.
export function parameters(): Choice[] {
  const named = catalogue.value.map((v) => ({ value: v.name, label: lang() === 'ru' ? v.ru : v.en, hint: `${v.name} · ${v.example}` }))
  return named.sort((a, b) => Number(b.value === firstCommunication) - Number(a.value === firstCommunication))
}
