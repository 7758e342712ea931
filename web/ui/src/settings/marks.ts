// What each page of the settings is marked with, wherever its name stands: mistakes, warnings, and that something is not saved.
import { computed } from 'vue'

import { draft } from './draft'
import { placeOf, unsavedPages } from './places'

export interface Marks {
  mistakes: number
  warnings: number
  unsaved: boolean
}

const stored = computed<unknown>(() => (draft.stored ? JSON.parse(draft.stored) : null))
const unsaved = computed(() => (draft.document && stored.value ? unsavedPages(draft.document, stored.value) : new Set<string>()))

// marksOf counts what is on some pages. What belongs to no field stands on every page and marks none.
export function marksOf(pages: readonly string[]): Marks {
  const on = (said: { pointer: string }): boolean => said.pointer !== '' && pages.includes(placeOf(said.pointer))
  return { mistakes: draft.errors.filter(on).length, warnings: draft.warnings.filter(on).length, unsaved: pages.some((p) => unsaved.value.has(p)) }
}
