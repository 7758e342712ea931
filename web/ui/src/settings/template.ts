// Name templates (T-12, C-12): the default names, the variables, and the call or conversation that a preview is made of.
import { api, ask } from '@/api/client'
import { keeps } from '@/identity/tenancy'
import { lang } from '@/words'

import { known } from './directory'
import type { EntityKind } from './shape'
import { heard, type Topic } from './topic'

// calls are what an entity is called when no template is set: the portal sees them as they are here.
const calls = {
  in: 'Входящий звонок на номер {{contact_phone_number}} из приложения {{app_name}}',
  out: 'Исходящий звонок на номер {{contact_phone_number}} из приложения {{app_name}}',
}

// defaultName is what an entity is called when no template is set (T-12, C-12).
export function defaultName(topic: Topic, entity: EntityKind): string {
  if (topic === 'in' || topic === 'out') return calls[topic]
  if (entity === 'contact' || entity === 'company') return '{{visitor}}'
  return topic === 'chat' ? '{{channel_name}}: {{visitor}}' : 'Офлайн-заявка: {{visitor}}'
}

export interface VariableItem {
  value: string
  label: string
  description: string
}

// variables are described in the language of the page, each with an example of what it gives.
export function variables(topic: Topic): VariableItem[] {
  return known.variables[heard(topic)].map((v) => ({ value: v.name, label: lang() === 'ru' ? v.ru : v.en, description: `{{${v.name}}} → ${v.example}` }))
}

const looked = 30 // seconds what was found stays the latest
const found = new Map<string, { at: number; session: Promise<string | undefined> }>()

keeps(() => found.clear())

// latest is the session of the newest call of a direction, chat or request; undefined before there was one.
export function latest(portal: string, topic: Topic): Promise<string | undefined> {
  const key = `${portal} ${topic}`
  const before = found.get(key)
  if (before && Date.now() - before.at < looked * 1000) return before.session
  const session = look(portal, topic)
  found.set(key, { at: Date.now(), session })
  session.catch(() => found.delete(key))
  return session
}

async function look(portal: string, topic: Topic): Promise<string | undefined> {
  const { calls } = await ask(api.GET('/api/v1/calls', { params: { query: { portal, communication: heard(topic), limit: 50 } } }))
  return calls.find((c) => c.session && (c.row === 'chat' || c.row === 'offline' || (c.row === 'call' && c.direction === topic)))?.session
}
