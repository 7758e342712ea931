// What a person does about actions that were refused for good.
import { api, ask, once, Refusal, type Problem } from '@/api/client'

export interface Letter {
  portal: string
  id: string
}

export interface Outcome {
  done: Letter[]
  failed: Problem | null
}

// each does something with letters one by one, and goes on after a refusal.
async function each(letters: Letter[], act: (letter: Letter) => Promise<unknown>): Promise<Outcome> {
  const outcome: Outcome = { done: [], failed: null }
  for (const letter of letters) {
    try {
      await act(letter)
      outcome.done.push(letter)
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      outcome.failed = refusal.problem
    }
  }
  return outcome
}

export function retry(letters: Letter[]): Promise<Outcome> {
  return each(letters, (l) => ask(api.POST('/api/v1/dead-letters/{portal}/{key}/retry', { params: { path: { portal: l.portal, key: l.id }, header: once() } })))
}

export function dismiss(letters: Letter[], note: string): Promise<Outcome> {
  return each(letters, (l) => ask(api.POST('/api/v1/dead-letters/{portal}/{key}/dismiss', { params: { path: { portal: l.portal, key: l.id }, header: once() }, body: { note } })))
}
