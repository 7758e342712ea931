// Where the words of a message are, told for all records at once.
import type { Schemas } from '@/api/client'

export type WordsState = Schemas['MessageView']['words'][number]

export interface Standing {
  state: WordsState
  // labels name the records; none when all of them stand alike.
  labels: string[]
}

const order: WordsState[] = ['refused', 'pending', 'later', 'there']

// standings puts the records of a message together by how it stands there, the worst first.
export function standings(states: readonly WordsState[], places: readonly { label: string }[]): Standing[] {
  const found = order.filter((state) => states.includes(state))
  return found.map((state) => ({ state, labels: found.length > 1 ? places.filter((_, i) => states[i] === state).map((p) => p.label) : [] }))
}

// pageOf is the route of what a row or a link is about: a call, or a conversation.
export function pageOf(session: string): 'call' | 'conversation' {
  return /^(chat|offline_message|visitor):/.test(session) ? 'conversation' : 'call'
}
