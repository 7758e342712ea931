// What the help panel shows of each section: data, so that nothing in it can be anything but text.
import type { Lang } from '@/words'

import { en } from './en'
import { ru } from './ru'

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[]; ordered?: boolean }
  | { kind: 'table'; head: string[]; rows: string[][] }
  | { kind: 'note'; text: string }

export interface Part {
  // title is absent for the first lines, which say what the section does.
  title?: string
  blocks: Block[]
}

export interface Help {
  title: string
  parts: Part[]
}

// The sections are those that routes name as meta.help.
export const names = [
  'overview', 'portals', 'main', 'telephony', 'templates', 'funnels', 'responsibles', 'fields', 'chats', 'offline', 'lines',
  'employees', 'simulate', 'limits', 'jobs', 'versions', 'journal', 'letters', 'tokens', 'tenants',
] as const

export type Section = (typeof names)[number]

const books: Record<Lang, Record<Section, Help>> = { ru, en }

// helpOf is undefined for a page without help.
export function helpOf(section: string, lang: Lang): Help | undefined {
  return (names as readonly string[]).includes(section) ? books[lang][section as Section] : undefined
}
