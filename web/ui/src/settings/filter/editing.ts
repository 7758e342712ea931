// What the rows of one filter editor share: the tree, where it is in the document, and how it is changed.
import { inject, provide, type InjectionKey } from 'vue'

import type { Schemas } from '@/api/client'

import type { Filter } from '../shape'
import type { Topic } from '../topic'

import type { Path } from './tree'

export interface Editing {
  readonly topic: Topic
  readonly root: Filter
  readonly words: Schemas['Word'][]
  // disabled rows are shown and cannot be changed.
  readonly disabled: boolean
  // full tells that the filter has all the conditions that it may have.
  readonly full: boolean
  readonly depth: number
  // dragged is the row that is being dragged, if any.
  dragged: Path | null
  // pointerOf is the JSON pointer of a node in the settings document.
  pointerOf: (path: Path) => string
  change: (path: Path, node: Filter) => void
  add: (path: Path, node: Filter) => void
  remove: (path: Path) => void
  move: (from: Path, to: Path) => void
  // mayMove tells that a node fits in a place: not inside itself, and not too deep.
  mayMove: (from: Path, to: Path) => boolean
  // nameOf is what a row is called for one who does not see it.
  nameOf: (node: Filter) => string
}

const key: InjectionKey<Editing> = Symbol('filter')

export function provideEditing(editing: Editing): void {
  provide(key, editing)
}

export function useEditing(): Editing {
  const editing = inject(key)
  if (!editing) throw new Error('a row of a filter is shown outside of a filter editor')
  return editing
}
