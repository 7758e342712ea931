// The API's mistakes for the fields of a form that is no settings page: by JSON pointer of the request's body.
import type { Problem } from '@/api/client'

// mistakeAt is what a refusal says against one field, or anything inside it; nothing when it says nothing.
export function mistakeAt(problem: Problem | null, pointer: string): string | undefined {
  const said = (problem?.errors ?? []).filter((e) => e.pointer === pointer || e.pointer?.startsWith(`${pointer}/`)).map((e) => e.message)
  return said.length ? said.join(' ') : undefined
}

// others is the refusal without what is shown at the fields; nothing when all of it is there.
export function others(problem: Problem | null, pointers: string[]): Problem | null {
  if (!problem?.errors?.length) return problem
  const left = problem.errors.filter((e) => !pointers.some((p) => e.pointer === p || e.pointer?.startsWith(`${p}/`)))
  return left.length ? { ...problem, errors: left } : null
}
