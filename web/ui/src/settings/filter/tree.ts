// A filter as a tree that is edited: nodes are found by their path (indexes from the outermost group), every change gives a
// new tree, and what did not change stays the same object.
import { toRaw } from 'vue'

import type { Filter } from '../shape'

export type Path = readonly number[]
export type Shape = 'group' | 'condition' | 'expression'

// shapeOf reads a node as package rules does.
export function shapeOf(f: Filter): Shape {
  if (f.expression !== undefined) return 'expression'
  return f.parameter !== undefined || f.mode !== undefined || f.values?.length ? 'condition' : 'group'
}

// grouped is the filter as a group; a lone condition, which only the API writes, becomes a group's only member.
export function grouped(f: Filter): Filter {
  const raw = toRaw(f)
  return shapeOf(raw) === 'group' ? raw : { of: [raw] }
}

// count tells how many conditions and expressions there are.
export function count(f: Filter): number {
  return shapeOf(f) === 'group' ? (f.of ?? []).reduce((n, member) => n + count(member), 0) : 1
}

// height tells how many levels a node has: a condition has one.
export function height(f: Filter): number {
  return 1 + Math.max(0, ...(f.of ?? []).map(height))
}

// uses lists the parameters that conditions name; those of expressions are the API's to find.
export function uses(f: Filter): string[] {
  if (shapeOf(f) === 'condition') return f.parameter ? [f.parameter] : []
  return [...new Set((f.of ?? []).flatMap(uses))]
}

export function find(root: Filter, path: Path): Filter | undefined {
  return path.reduce<Filter | undefined>((node, i) => node?.of?.[i], root)
}

// replace puts a node in the place of another; its key stays, so that the page keeps the row and the focus in it.
export function replace(root: Filter, path: Path, node: Filter): Filter {
  const [first, ...rest] = path
  if (first === undefined) return sameKey(root, node)
  const of = [...(root.of ?? [])]
  const member = of[first]
  if (member) of[first] = replace(member, rest, node)
  return sameKey(root, { ...root, of })
}

// insert puts a node before what is at the path, or at the end of its group.
export function insert(root: Filter, path: Path, node: Filter): Filter {
  const parent = path.slice(0, -1)
  const group = find(root, parent)
  if (!group) return root
  const of = [...(group.of ?? [])]
  of.splice(path.at(-1) ?? of.length, 0, node)
  return replace(root, parent, { ...group, of })
}

export function remove(root: Filter, path: Path): Filter {
  const parent = path.slice(0, -1)
  const group = find(root, parent)
  if (!group || !path.length) return root
  return replace(root, parent, { ...group, of: (group.of ?? []).filter((_, i) => i !== path.at(-1)) })
}

// move takes a node out and puts it before what was at the other path; a group cannot be moved into itself.
export function move(root: Filter, from: Path, to: Path): Filter {
  const node = find(root, from)
  if (!node || !from.length || within(to, from)) return root
  return insert(remove(root, from), afterRemoval(to, from), node)
}

// within tells that a path is that of a node or of something inside it.
export function within(path: Path, node: Path): boolean {
  return node.every((step, i) => path[i] === step) && path.length > node.length
}

// afterRemoval is where a path points once the node at another one is taken out.
export function afterRemoval(path: Path, removed: Path): Path {
  const level = removed.length - 1
  const sibling = path.length > level && removed.slice(0, level).every((step, i) => path[i] === step)
  const here = path[level] ?? 0
  return sibling && here > (removed[level] ?? 0) ? path.map((step, i) => (i === level ? step - 1 : step)) : path
}

// above is where a node goes one step up, as the eye sees it: past a condition, into the end of a group, out of its own
// group; null at the very top. fits tells that a place is not too deep.
export function above(root: Filter, path: Path, fits: (to: Path) => boolean): Path | null {
  const parent = path.slice(0, -1)
  const i = path.at(-1) ?? 0
  if (i === 0) return parent.length ? parent : null
  const before = find(root, [...parent, i - 1])
  const inside = [...parent, i - 1, before?.of?.length ?? 0]
  return before && shapeOf(before) === 'group' && fits(inside) ? inside : [...parent, i - 1]
}

// below is where it goes one step down; null at the very bottom.
export function below(root: Filter, path: Path, fits: (to: Path) => boolean): Path | null {
  const parent = path.slice(0, -1)
  const i = path.at(-1) ?? 0
  const after = find(root, [...parent, i + 1])
  if (!after) return parent.length ? [...parent.slice(0, -1), (parent.at(-1) ?? 0) + 1] : null
  const inside = [...parent, i + 1, 0]
  return shapeOf(after) === 'group' && fits(inside) ? inside : [...parent, i + 2]
}

// copy is a node for «Дублировать», which shares nothing with the first one.
export function copy<T>(node: T): T {
  return JSON.parse(JSON.stringify(node)) as T
}

const keys = new WeakMap<object, number>()
let lastKey = 0

// keyOf names a row for as long as it is the same row for the person.
export function keyOf(node: object): number {
  const raw = toRaw(node)
  let key = keys.get(raw)
  if (key === undefined) keys.set(raw, (key = ++lastKey))
  return key
}

function sameKey(from: object, to: Filter): Filter {
  keys.set(toRaw(to), keyOf(from))
  return to
}
