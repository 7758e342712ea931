// The latest calls of the journal, out of its latest events.
import type { Schemas } from '@/api/client'

export interface Latest {
  session: string
  at: string
  client: string
  outgoing: boolean
}

// latestCalls has one line for each call, the one with the newest event first.
export function latestCalls(events: Schemas['EventView'][]): Latest[] {
  const calls = new Map<string, Latest>()
  for (const { event } of events) {
    if (!event.session) continue
    const before = calls.get(event.session)
    const said = { client: event.report.client_number ?? '', outgoing: event.report.direction === 'out' }
    if (!before) calls.set(event.session, { session: event.session, at: event.at, ...said })
    else calls.set(event.session, { ...before, client: before.client || said.client, outgoing: before.outgoing || said.outgoing })
  }
  return [...calls.values()]
}
