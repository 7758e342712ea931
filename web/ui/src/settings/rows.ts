// Rows of the document's lists: a lasting key for each, and what the API said about them when they are moved or taken out.
import { toRaw } from 'vue'

import type { ProblemError } from '@/api/client'

const keys = new WeakMap<object, number>()
let last = 0

// keyOf names a row for as long as it lives, wherever it is moved.
export function keyOf(row: object): number {
  const raw = toRaw(row)
  let key = keys.get(raw)
  if (!key) keys.set(raw, (key = ++last))
  return key
}

// renumbered are problems whose pointers follow the rows of a list: order tells for each new place where the row was before.
// What was said about rows that are gone is dropped.
export function renumbered(problems: ProblemError[], list: string, order: number[]): ProblemError[] {
  return problems.flatMap((p) => {
    const [, index, rest] = p.pointer.startsWith(`${list}/`) ? (/^(\d+)(.*)$/.exec(p.pointer.slice(list.length + 1)) ?? []) : []
    if (index === undefined) return [p]
    const place = order.indexOf(Number(index))
    return place < 0 ? [] : [{ ...p, pointer: `${list}/${place}${rest}` }]
  })
}

// reorder puts the rows of a list in a new order, in place.
export function reorder<T>(rows: T[], order: number[]): void {
  const before = [...rows]
  rows.splice(0, rows.length, ...order.map((i) => before[i] as T))
}

// without is the order in which one row is left out; swapped, the one in which two neighbours change places.
export function without(length: number, gone: number): number[] {
  return [...Array(length).keys()].filter((i) => i !== gone)
}

export function swapped(length: number, one: number, other: number): number[] {
  return [...Array(length).keys()].map((i) => (i === one ? other : i === other ? one : i))
}
