// The rows of the journal: what is shown, in the order of receipt, and what is new while a person reads further down.
import type { Schemas } from '@/api/client'

export type Row = Schemas['CallRow']

// newestFirst is the order of the API.
function newestFirst(a: Row, b: Row): number {
  const order = Date.parse(b.received) - Date.parse(a.received)
  return order || (a.event < b.event ? 1 : a.event > b.event ? -1 : 0)
}

// merged puts rows among those that are there: known ones in their place, new ones where they belong.
export function merged(shown: Row[], fresh: Row[]): Row[] {
  const byID = new Map(fresh.map((r) => [r.id, r]))
  const kept = shown.map((r) => byID.get(r.id) ?? r)
  const known = new Set(shown.map((r) => r.id))
  const added = [...byID.values()].filter((r) => !known.has(r.id))
  return added.length ? [...kept, ...added].sort(newestFirst) : kept
}

// newer are the rows that belong above the last one that is shown; those below come with their page.
export function newer(shown: Row[], fresh: Row[], whole: boolean): Row[] {
  const last = shown.at(-1)
  const known = new Set(shown.map((r) => r.id))
  return fresh.filter((r) => !known.has(r.id) && (whole || !last || newestFirst(r, last) < 0))
}

// byDay puts rows under the days on which they came.
export function byDay(rows: Row[], dayOf: (row: Row) => string): { day: string; rows: Row[] }[] {
  const days: { day: string; rows: Row[] }[] = []
  for (const row of rows) {
    const day = dayOf(row)
    const last = days.at(-1)
    if (last?.day === day) last.rows.push(row)
    else days.push({ day, rows: [row] })
  }
  return days
}
