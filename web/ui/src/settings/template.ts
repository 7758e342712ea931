// Name templates (T-12): the default names, the variables, and the call that a preview is made of.
import { api, ask } from '@/api/client'
import { keeps } from '@/identity/tenancy'
import { lang } from '@/words'

import { known } from './directory'

export type Direction = 'in' | 'out'

// defaults are what an entity is called when no template is set: the portal sees them as they are here.
export const defaults: Record<Direction, string> = {
  in: 'Входящий звонок на номер {{contact_phone_number}} из приложения {{app_name}}',
  out: 'Исходящий звонок на номер {{contact_phone_number}} из приложения {{app_name}}',
}

export interface VariableItem {
  value: string
  label: string
  description: string
}

// variables are described in the language of the page, each with an example of what it gives.
export function variables(): VariableItem[] {
  return known.variables.map((v) => ({ value: v.name, label: lang() === 'ru' ? v.ru : v.en, description: `{{${v.name}}} → ${v.example}` }))
}

const looked = 30 // seconds a found call stays the latest
const found = new Map<string, { at: number; session: Promise<string | undefined> }>()

keeps(() => found.clear())

// latestCall is the session of the newest call of a direction, undefined before there was one.
export function latestCall(portal: string, direction: Direction): Promise<string | undefined> {
  const key = `${portal} ${direction}`
  const before = found.get(key)
  if (before && Date.now() - before.at < looked * 1000) return before.session
  const session = look(portal, direction)
  found.set(key, { at: Date.now(), session })
  session.catch(() => found.delete(key))
  return session
}

async function look(portal: string, direction: Direction): Promise<string | undefined> {
  const { events } = await ask(api.GET('/api/v1/events', { params: { query: { portal, limit: 200 } } }))
  return events.find((e) => e.event.report?.direction === direction && e.event.session)?.event.session
}
