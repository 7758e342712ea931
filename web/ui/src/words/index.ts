// The words of the UI, in Russian and English. Every room keeps its words in a file of its own, words/<room>.ts, and asks for
// them as t('<room>.key'). Both languages have the same shape: TypeScript refuses a file where they differ.
import { en as kitEnglish, ru as kitRussian } from '@bitrix24/b24ui-nuxt/locale'
import { createI18n } from 'vue-i18n'

export type Lang = 'ru' | 'en'

const rooms = import.meta.glob<{ default: { ru: object; en: object } }>('./rooms/*.ts', { eager: true })

function collect(lang: Lang): Record<string, object> {
  return Object.fromEntries(Object.entries(rooms).map(([path, room]) => [path.replace(/^.*\/|\.ts$/g, ''), room.default[lang]]))
}

const kept = 'omniconnector.lang'

// startLang is what was asked for by the address (?lang=en in the SaaS's cabinet), what the person chose before, the portal's that
// opened the page, or the browser's.
function startLang(): Lang {
  const asked = new URLSearchParams(location.search).get('lang') ?? recall() ?? portals() ?? navigator.language
  return asked.toLowerCase().startsWith('en') ? 'en' : 'ru'
}

// portals is the language of the portal's user, which the page was made with.
function portals(): string | null {
  const said: unknown = JSON.parse(document.getElementById('session')?.textContent || 'null')
  return said && typeof said === 'object' && 'lang' in said && typeof said.lang === 'string' ? said.lang : null
}

function recall(): string | null {
  try {
    return localStorage.getItem(kept)
  } catch {
    return null // storage is refused in some frames
  }
}

export const i18n = createI18n({
  legacy: false,
  locale: startLang(),
  fallbackLocale: 'ru',
  messages: { ru: collect('ru'), en: collect('en') },
  pluralRules: { ru: russianPlural },
  missing: (_, key) => console.error(`no words for ${key}`),
})

// russianPlural picks of "звонок | звонка | звонков".
function russianPlural(n: number, choices: number): number {
  if (choices < 3) return n === 1 ? 0 : 1
  const tens = n % 100
  const ones = n % 10
  if (ones === 1 && tens !== 11) return 0
  return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? 1 : 2
}

// lang is the language that is shown now.
export function lang(): Lang {
  return i18n.global.locale.value as Lang
}

// speak changes the language and remembers it.
export function speak(to: Lang): void {
  i18n.global.locale.value = to
  document.documentElement.lang = to
  try {
    localStorage.setItem(kept, to)
  } catch {
    // it is kept until the page is left
  }
}

document.documentElement.lang = lang()

// kitLocale is the kit's own words, for <B24App>.
export function kitLocale() {
  return lang() === 'en' ? kitEnglish : kitRussian
}

// words is how a room's file is written: the English is held to the Russian's shape.
export function words<T extends object>(ru: T, en: Shape<T>): { ru: T; en: Shape<T> } {
  return { ru, en }
}

type Shape<T> = { [K in keyof T]: T[K] extends string ? string : Shape<T[K]> }
