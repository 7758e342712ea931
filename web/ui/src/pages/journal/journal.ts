// The journal's list: its pages, and what changes while it is looked at.
import { computed, onUnmounted, ref, shallowRef, watch, type Ref } from 'vue'

import { api, ask, Refusal, type Problem, type Schemas } from '@/api/client'
import { useStream, type Change } from '@/api/stream'

import { asked, past, type Filter, type Query } from './filter'
import { merged, newer, type Row } from './rows'
import { own } from './times'

const page = 50
// soon gathers what changes in quick succession: a busy centre must not be asked for each event.
const soon = 1000
// steps is how many parts of the journal are looked through for one press of the button before a person is asked again.
const steps = 5

export function useJournal(filter: Ref<Filter>, atTop: Ref<boolean>) {
  const rows = shallowRef<Row[]>([])
  const waiting = shallowRef<Row[]>([])
  const places = ref(new Map<string, Schemas['PlaceView']>())
  const next = ref('')
  const loaded = ref(false)
  const busy = ref(false)
  const failed = ref<Problem | null>(null)
  // fresh are the rows that came while the person looked on.
  const fresh = ref(new Set<string>())
  let turn = 0

  const zone = computed(() => (filter.value.portal ? places.value.get(filter.value.portal) : [...places.value.values()].find((p) => p.id))?.time_zone ?? own)
  const zoneOf = (row: Row): string => places.value.get(row.portal)?.time_zone ?? zone.value

  async function take(query: Query): Promise<{ calls: Row[]; next: string }> {
    const answer = await ask(api.GET('/api/v1/calls', { params: { query } }))
    for (const place of answer.portals) places.value.set(place.id, place)
    return answer
  }

  // load reads the list anew from its beginning.
  async function load(): Promise<void> {
    next.value = ''
    waiting.value = []
    fresh.value = new Set()
    await read(++turn, true)
  }

  async function more(): Promise<void> {
    if (!busy.value && next.value) await read(turn, false)
  }

  // read adds pages until there is something to see, within reason.
  async function read(mine: number, anew: boolean): Promise<void> {
    busy.value = true
    failed.value = null
    try {
      for (let i = 0, found = 0; i < steps && found === 0 && (i === 0 || next.value); i++) {
        const answer = await take({ ...asked(filter.value, zone.value), limit: page, ...(next.value && { cursor: next.value }) })
        if (mine !== turn) return
        rows.value = anew && i === 0 ? answer.calls : merged(rows.value, answer.calls)
        next.value = answer.next
        found = answer.calls.length
      }
      loaded.value = true
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      if (mine === turn) failed.value = refusal.problem
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  // show puts what was held back where it belongs.
  function show(): void {
    fresh.value = new Set(waiting.value.map((r) => r.id))
    rows.value = merged(rows.value, waiting.value)
    waiting.value = []
  }

  // Changes are gathered: of calls that are shown only these are read anew, for others the newest page is.
  const touched = new Set<string>()
  let unknown = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function changed(change: Change): void {
    if (filter.value.portal && change.portal !== filter.value.portal) return
    const session = change.event.session
    const known = [...rows.value, ...waiting.value].some((r) => (session ? r.session === session : r.event === change.event.id))
    if (known && session) touched.add(session)
    else if (!past(filter.value, zone.value, Date.now())) unknown = true
    timer ??= setTimeout(() => void catchUp(), soon)
  }

  async function catchUp(): Promise<void> {
    const mine = turn
    const sessions = [...touched].slice(0, 50)
    const look = unknown
    let pause = soon
    for (const s of sessions) touched.delete(s)
    unknown = false
    try {
      if (sessions.length) {
        const known = new Set([...rows.value, ...waiting.value].map((r) => r.id))
        const answer = (await take({ sessions, ...(filter.value.portal && { portal: filter.value.portal }) })).calls.filter((r) => known.has(r.id))
        if (mine === turn) put(answer, false)
      }
      if (look) {
        const answer = await take({ ...asked(filter.value, zone.value), limit: 20 })
        if (mine === turn) put(answer.calls, true)
      }
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      for (const s of sessions) touched.add(s) // nothing is missed because an answer was
      unknown ||= look
      pause = 5 * soon
    }
    timer = undefined
    if (touched.size || unknown) timer = setTimeout(() => void catchUp(), pause)
  }

  function put(answer: Row[], withNew: boolean): void {
    const added = withNew ? newer(rows.value, answer, !next.value) : []
    const held = new Set(waiting.value.map((r) => r.id))
    const isNew = new Set(added.map((r) => r.id))
    rows.value = merged(rows.value, answer.filter((r) => !isNew.has(r.id) && rows.value.some((shown) => shown.id === r.id)))
    waiting.value = merged(waiting.value, answer.filter((r) => isNew.has(r.id) || held.has(r.id)))
    if (atTop.value && waiting.value.length) show()
  }

  const stream = useStream({ change: changed, reset: () => void load() })
  // A list that could not be read comes by itself once the line is there again.
  watch(stream.state, (now) => now === 'live' && failed.value && void load())
  onUnmounted(() => clearTimeout(timer))
  return { rows, waiting, places, next, loaded, busy, failed, fresh, zone, zoneOf, load, more, show, stream }
}
