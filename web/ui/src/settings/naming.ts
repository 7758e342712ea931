// Places and values of the settings document in people's words: what differs between versions, and where something is wrong.
import { i18n, lang } from '@/words'

import { channelTypes, fields, funnels, known, leadStages, stages, users, type Choice } from './directory'
import { at } from './draft'
import { valuesOf } from './filter/values'
import type { Filter } from './shape'
import { about, heard, type Topic } from './topic'

// The lists of the document and what one item of each is called.
const items: Record<string, string> = { rules: 'rule', channels: 'channel', values: 'value', own_numbers: 'number', employees: 'employee', only: 'only', days: 'day' }

// pathWords names a place step by step: Телефония, Входящие, Воронки, правило 2, стадия. The document gives rules their names.
export function pathWords(pointer: string, document?: unknown): string[] {
  const { t, te } = i18n.global
  const steps = pointer.split('/').slice(1)
  const out: string[] = []
  let conditions: number[] = []
  steps.forEach((step, i) => {
    const parent = steps[i - 1] ?? ''
    const last = i === steps.length - 1
    if (step === 'of' || (step === 'rules' && !last) || (step === 'values' && !last) || (step === 'where' && parent === 'filter')) return
    if (!/^\d+$/.test(step)) {
      const both = `versions.path.${parent}__${step}`
      out.push(te(both) ? t(both) : te(`versions.path.${step}`) ? t(`versions.path.${step}`) : step)
      return
    }
    const n = Number(step) + 1
    if (parent === 'of') {
      conditions.push(n)
      if (steps[i + 1] !== 'of') {
        out.push(t('versions.items.condition', { n: conditions.join('.') }))
        conditions = []
      }
      return
    }
    const kind = items[parent] ?? (steps.includes('names') ? 'template' : 'pair')
    const name = nameOf(at(document, `/${steps.slice(0, i + 1).join('/')}`))
    out.push(t(`versions.items.${kind}`, { n }) + (name ? ` «${name}»` : ''))
  })
  return out
}

function nameOf(item: unknown): string {
  const name = item && typeof item === 'object' && 'name' in item ? item.name : ''
  return typeof name === 'string' ? name : ''
}

// Line is one part of a value: a text, or a filter, which the API puts into words.
export interface Line {
  label: string
  text?: string
  where?: Filter
  topic?: Topic
}

// valueLines tells a value of the document; an object has a line for each of its members. The document is where it stands.
export function valueLines(pointer: string, value: unknown, document?: unknown): Line[] {
  const topic = about(pointer)
  if (Array.isArray(value) && /\/where(\/of\/\d+)*\/of$/.test(pointer)) return [{ label: '', where: { of: value as Filter[] }, topic }]
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    if (/\/where(\/of\/\d+)*$/.test(pointer)) return [{ label: '', where: value as Filter, topic }]
    return Object.entries(value).flatMap(([member, inner]) =>
      valueLines(`${pointer}/${member}`, inner, document).map((line) => ({ ...line, label: [...pathWords(`/${member}`), line.label].filter(Boolean).join(' · ') })),
    )
  }
  return [{ label: '', text: valueWords(pointer, value, document) }]
}

// valueWords tells a plain value; ids become the directory's names.
export function valueWords(pointer: string, value: unknown, document?: unknown): string {
  const { t } = i18n.global
  if (value === null || value === undefined) return t('versions.nothing')
  if (typeof value === 'boolean') return t(value ? 'versions.value.yes' : 'versions.value.no')
  if (Array.isArray(value)) {
    return value.length ? value.map((one, i) => valueLines(`${pointer}/${i}`, one, document).map((l) => [l.label, l.text].filter(Boolean).join(': ')).join('; ')).join(', ') : t('versions.nothing')
  }
  const plain = String(value)
  const name = nameIn(pointer, plain, document)
  if (name !== undefined) return name
  if (plain === '') return t('versions.empty')
  return words(pointer, plain)
}

// nameIn looks an id up in the directory that its place refers to.
function nameIn(pointer: string, id: string, document: unknown): string | undefined {
  const of = (list: Choice[]): string => list.find((c) => c.value === id)?.label ?? (id === '0' || id === '' ? i18n.global.t('versions.anyone') : `№ ${id}`)
  if (/\/responsible\/(default|rules\/\d+\/user)$|^\/employees\/\d+\/user$/.test(pointer)) return of(users())
  if (/^\/employees\/\d+\/employee$|^\/sync\/only\/\d+$/.test(pointer)) return of(valuesOf('employee'))
  if (/\/funnel$/.test(pointer)) return of(funnels())
  if (/\/channels\/\d+$/.test(pointer)) return channelTypes().find((c) => c.value === id)?.label ?? id
  if (/\/lead_stage$/.test(pointer)) return of(leadStages())
  if (/\/stage$/.test(pointer)) return of(stagesAt(pointer.replace(/\/stage$/, ''), document))
  const kind = /\/extra_fields\/(\w+)\/\d+\/field$/.exec(pointer)?.[1]
  if (kind) return of(fields(kind))
  const condition = /^(.*)\/values\/\d+$/.exec(pointer)?.[1]
  if (condition) return valuesOf(String(at(document, `${condition}/parameter`) ?? '')).find((c) => c.value === id)?.label ?? id
  return undefined
}

// stagesAt are the stages that a rule, or the default, chooses from. Where the rule is not known any more, all are.
function stagesAt(owner: string, document: unknown): Choice[] {
  const rule = at(document, owner) as { entity?: string; funnel?: number } | undefined
  if (rule?.entity === 'lead') return leadStages()
  if (rule) return stages(rule.funnel ?? 0)
  return [...funnels().flatMap((f) => stages(Number(f.value))), ...leadStages()]
}

// words are those of the document's own vocabulary.
function words(pointer: string, value: string): string {
  const { t, te } = i18n.global
  if (/\/working_hours\/days\/\d+$/.test(pointer)) {
    return new Intl.DateTimeFormat(lang(), { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, Number(value))))
  }
  if (/\/extra_fields\/\w+\/\d+\/parameter$/.test(pointer)) {
    const variable = known.variables[heard(about(pointer))].find((v) => v.name === value)
    return variable ? variable[lang()] : value
  }
  if (/\/parameter$/.test(pointer)) {
    const word = known.words[about(pointer)].find((w) => w.parameter === value)
    return word ? (lang() === 'ru' ? word.label_ru : word.label_en) : value
  }
  if (/\/(language|entity|talker|companion|mode|join|make|comment_to|transcript)$/.test(pointer) && te(`versions.value.${value}`)) return t(`versions.value.${value}`)
  return value
}
