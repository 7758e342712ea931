// By which settings calls are decided: the draft of the settings pages when there is something unsaved, else the newest saved.
import type { Problem } from '@/api/client'
import { dirty, draft } from '@/settings/draft'

// basis is the part of a request that says so.
export function basis(): { settings?: Record<string, unknown> } {
  return dirty.value ? { settings: JSON.parse(JSON.stringify(draft.document)) as Record<string, unknown> } : {}
}

const under = '/settings'

// landed puts what a refusal says of the draft onto the fields of the settings pages, and gives those pointers.
export function landed(problem: Problem | null): string[] {
  const errors = (problem?.errors ?? []).filter((e) => e.pointer === under || e.pointer?.startsWith(`${under}/`))
  if (errors.length) draft.errors = errors.map((e) => ({ ...e, pointer: e.pointer.slice(under.length) }))
  return errors.map((e) => e.pointer.slice(under.length))
}
