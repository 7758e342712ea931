// The live journal: what changes, as it changes (S-2). It is read by fetch, because EventSource sends no token. A connection that
// breaks goes on where it was; a page that nobody looks at lets go of it.
import { onUnmounted, ref, type Ref } from 'vue'

import { session } from '@/identity/session'
import { lang } from '@/words'

import { root, type Schemas } from './client'
import { Reader, type Message } from './sse'

export type Change = Schemas['EventChangeView']

// Liveness is what the page shows of it.
export type Liveness = 'connecting' | 'live' | 'paused'

interface Listener {
  change: (change: Change) => void
  // reset tells that changes were missed: what is shown must be read anew.
  reset: () => void
  portal?: string
}

const longest = 30_000
// silence is longer than three beats of the server.
const silence = 50_000
// unseen is for how long a page in the background keeps its stream.
const unseen = 60_000

export interface Stream {
  state: Ref<Liveness>
  pause: () => void
  resume: () => void
}

// useStream follows the journal for as long as the page is open.
export function useStream(listener: Listener): Stream {
  const state = ref<Liveness>('connecting')
  let last = '' // the id of the last message
  let turn = 0 // of the connection in use; an older one says nothing any more
  let stop: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let leaving: ReturnType<typeof setTimeout> | undefined
  let wait = 1000
  let wanted = true

  async function connect(): Promise<void> {
    const mine = ++turn
    clearTimeout(timer)
    stop?.abort()
    stop = new AbortController()
    state.value = 'connecting'
    try {
      await listen(mine, stop)
    } catch {
      // the network went away, or nothing was heard for too long: the same as an end
    }
    if (mine === turn && wanted) again()
  }

  function again(): void {
    state.value = 'connecting'
    timer = setTimeout(() => void connect(), wait * (0.8 + Math.random() * 0.4))
    wait = Math.min(wait * 2, longest)
  }

  async function listen(mine: number, control: AbortController): Promise<void> {
    const headers: Record<string, string> = { Authorization: `Bearer ${await session.token()}`, 'Accept-Language': lang() }
    if (last) headers['Last-Event-ID'] = last
    const query = listener.portal ? `?portal=${encodeURIComponent(listener.portal)}` : ''
    const answer = await fetch(`${root}/api/v1/events/stream${query}`, { headers, signal: control.signal, cache: 'no-store' })
    if (mine !== turn) return
    if (answer.status === 401) return end()
    if (!answer.ok || !answer.body) {
      void answer.body?.cancel()
      return
    }
    const reader = new Reader()
    const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let quiet = setTimeout(() => control.abort(), silence)
    try {
      for (;;) {
        const { value, done } = await pieces.read()
        if (done || mine !== turn) return
        clearTimeout(quiet)
        quiet = setTimeout(() => control.abort(), silence)
        for (const message of reader.read(value)) take(message)
        if (state.value !== 'live') state.value = 'live'
        wait = reader.retry ?? 1000
      }
    } finally {
      clearTimeout(quiet)
    }
  }

  function take(message: Message): void {
    // The first connection begins with what changes from now on, and the page was read before it: what came between was told to nobody.
    const first = last === ''
    if (message.id) last = message.id
    if (message.event === 'reset' || (first && message.event === 'position')) listener.reset()
    else if (message.event !== 'position') listener.change(JSON.parse(message.data) as Change)
  }

  function end(): void {
    pause()
    session.refused()
  }

  function pause(): void {
    wanted = false
    turn++
    clearTimeout(timer)
    stop?.abort()
    state.value = 'paused'
  }

  function resume(): void {
    if (wanted) return
    wanted = true
    wait = 1000
    void connect()
  }

  // seen lets go of the stream in the background and takes it up again; what a person has paused stays so.
  let left = false
  function seen(): void {
    clearTimeout(leaving)
    if (document.hidden) {
      leaving = setTimeout(() => {
        if (!wanted) return
        left = true
        pause()
      }, unseen)
    } else if (left) {
      left = false
      resume()
    }
  }

  document.addEventListener('visibilitychange', seen)
  onUnmounted(() => {
    document.removeEventListener('visibilitychange', seen)
    clearTimeout(leaving)
    pause()
  })
  void connect()
  return { state, pause, resume }
}
