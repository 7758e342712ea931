// The text that each template had when it was last saved, for the round arrow. It follows the template when templates are moved:
// the place in the document says nothing about that.
import { toRaw, watch } from 'vue'

import { draft } from './draft'
import type { EntityKind, NameTemplate, Settings } from './shape'

const texts = new WeakMap<object, string>()
const kinds: EntityKind[] = ['lead', 'deal', 'contact', 'company']

function remember(): void {
  if (!draft.document || !draft.stored) return
  const stored = JSON.parse(draft.stored) as Settings
  const [was, now] = [named(stored), named(draft.document)]
  now.forEach((names, part) => {
    for (const kind of kinds) {
      const rows = names[kind]
      was[part]?.[kind].forEach((template, i) => rows[i] && texts.set(toRaw(rows[i]), template.text))
    }
  })
}

// named are the parts of the document that have templates.
function named(s: Settings): Settings['chats']['names'][] {
  return [s.telephony.incoming.names, s.telephony.outgoing.names, s.chats.names, s.offline.names]
}

// The document and what is stored are the same at these moments: it was loaded, saved, or all changes were taken back.
watch([() => draft.document, () => draft.stored], remember, { immediate: true, flush: 'sync' })

// savedText is undefined for a template that was never saved.
export function savedText(template: NameTemplate): string | undefined {
  return texts.get(toRaw(template))
}
