// The call of a portal's call card (contract bitrix24 §9, CALL_CARD): the portal names it by its own id and the customer's number.
import type { RouteLocationRaw } from 'vue-router'

import { api, ask, Refusal, type Schemas } from '@/api/client'

// latest is how many calls of a number are looked at: the card is of one that goes on, or is just over.
const latest = 10

// toCard is the page of the card's call, or the journal of its number while nothing is known of it.
export async function toCard(options: Record<string, unknown>): Promise<RouteLocationRaw> {
  const id = text(options.CALL_ID)
  const phone = text(options.PHONE_NUMBER)
  try {
    const { calls } = await ask(api.GET('/api/v1/calls', { params: { query: { ...(phone && { phone }), limit: latest } } }))
    for (const { session } of calls) {
      if (!session || !id) continue
      const story = await ask(api.GET('/api/v1/calls/{session}', { params: { path: { session } } }))
      if (registered(story.calls, id)) return { name: 'call', params: { session } }
    }
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal // a hidden number, for one: the journal says what there is
  }
  return { name: 'journal', query: phone ? { text: phone } : {} }
}

// registered tells whether the portal has given a call that id.
export function registered(calls: Pick<Schemas['CallView'], 'actions'>[], id: string): boolean {
  return calls.some((call) => call.actions.some(({ result }) => result !== null && typeof result === 'object' && 'call_id' in result && result.call_id === id))
}

// text is an option as portals write it; an absent one may be the word "undefined".
function text(option: unknown): string {
  return typeof option === 'string' && option !== 'undefined' ? option : ''
}
