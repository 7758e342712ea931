// What a condition may name: the values that the platform's directory knows of a parameter, by the same things that the API
// checks a filter against. Both the id and the name of a thing are values.
import { channelTypes, known, type Choice } from '../directory'

type Named = { id: number; name: string }

// valuesOf lists the directory's values of a parameter; empty when the platform does not tell any.
export function valuesOf(parameter: string): Choice[] {
  const p = known.directory?.platform
  switch (parameter) {
    case 'virtual_number':
      return (p?.numbers ?? []).map((n) => ({ value: n.number, label: n.number, hint: n.name }))
    case 'employee':
      return (p?.employees ?? []).map((e) => ({ value: String(e.id), label: e.name || `#${e.id}`, hint: e.extension }))
    case 'last_operation':
      return (p?.scenarios ?? []).flatMap((s) => named(s.operations).map((o) => ({ ...o, hint: s.name })))
    case 'scenario':
      return named(p?.scenarios)
    case 'group':
      return named(p?.groups)
    case 'campaign':
    case 'first_campaign':
      return named(p?.campaigns)
    case 'site':
      return named(p?.sites)
    case 'source':
      return named(p?.sources)
    case 'channel':
      return [...channelTypes(), ...(p?.channels ?? []).map((c) => ({ value: String(c.id), label: c.name || `#${c.id}`, hint: channelTypes().find((t) => t.value === c.type)?.label ?? c.type }))]
  }
  return []
}

function named(list: Named[] | null | undefined): Choice[] {
  return (list ?? []).map((n) => ({ value: String(n.id), label: n.name || `#${n.id}` }))
}

// choicesFor adds to the directory's values those that a condition has and the directory does not offer: a name that is
// written instead of the id is known; anything else is kept and marked as gone.
export function choicesFor(parameter: string, values: readonly string[]): Choice[] {
  const offered = valuesOf(parameter)
  const ids = new Set(offered.map((c) => c.value))
  const labels = new Set(offered.map((c) => c.label))
  const others = values.filter((v) => !ids.has(v))
  // what the platform does not tell cannot be looked in: then nothing is called unknown
  return [...offered, ...others.map((v) => ({ value: v, label: v, gone: offered.length > 0 && !labels.has(v) }))]
}

// written are the values of what somebody typed or pasted. Calls know a virtual number by its digits, and numbers are pasted
// as lists.
export function written(parameter: string, text: string): string[] {
  const trimmed = text.trim()
  if (parameter !== 'virtual_number') return trimmed ? [trimmed] : []
  const numbers = trimmed.split(/[,;\n]/).map((part) => part.replace(/\D/g, '')).filter(Boolean)
  return numbers.length ? [...new Set(numbers)] : trimmed ? [trimmed] : []
}
