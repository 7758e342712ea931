import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

// The administrator's guides quote the screens: a word that was renamed there is found here.
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const read = (file: string): string => readFileSync(root + file, 'utf8')
const rooms = readdirSync(`${root}web/ui/src/words/rooms`).map((f) => read(`web/ui/src/words/rooms/${f}`))
const api = ['web/steps.go', 'web/inside/words.go', 'integration/words.go', 'integration/names.go', 'integration/chat_words.go', 'integration/chat_names.go', 'webhooks/uis/templates.go', 'internal/app/platform.go']
const emulators = ['webhooks/emulator/cabinet.go', 'webhooks/emulator/cabinetchats.go', 'webhooks/emulator/chathtml.go', 'crm/emulator/words.go', 'crm/emulator/crm_status.go']
const screens = [...rooms, ...[...api, ...emulators].map(read)].join('\n')

// made up of several words, with a number
const composed = ['Уведомления: 14', 'Лид 1', 'Lead 1']

describe.each(['ru', 'en'])('the guide in %s', (lang) => {
  const guide = read(`docs/guide.${lang}.md`)

  it('quotes what is on the screens', () => {
    const quoted = [...guide.replace(/\s+/g, ' ').matchAll(/«([^»]+)»|“([^”]+)”/g)].map((m) => m[1] ?? m[2] ?? '')
    expect(quoted.length).toBeGreaterThan(100)
    expect(quoted.filter((q) => q !== 'quotes' && !composed.includes(q) && !screens.includes(q))).toEqual([])
  })

  it('shows pictures that exist', () => {
    const shown = [...guide.matchAll(/\((images\/[^)]+)\)/g)].map((m) => `docs/${m[1]}`)
    expect(shown.length).toBeGreaterThan(10)
    expect(shown.filter((f) => !existsSync(root + f))).toEqual([])
  })
})
