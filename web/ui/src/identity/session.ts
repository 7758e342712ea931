// Who is at the page (S-1). The token comes from the portal that opened the page (a block in the page itself), from the SaaS's
// cabinet (#token=… in the address, renewed by messages of the frame's parent) or from the person, who typed an API token. It is
// never put into a cookie; only a typed one outlives a reload, for as long as the browser's tab.
import { reactive } from 'vue'

import { freshAuth } from './portal'

// Door is how the person came in.
export type Door = 'portal' | 'cabinet' | 'typed' | 'demo'

// Placement is where in a portal the page was opened, in the vendor's words, with what the portal says of it (contract bitrix24 §9).
export interface Placement {
  code: string
  options: Record<string, unknown>
}

interface Opening {
  token: string
  door: 'portal' | 'demo'
  placement?: string
  options?: Record<string, unknown>
  // renew is where a fresh token is asked for with the old one.
  renew?: string
  // portal is the one around the page; it tells anew who is there.
  portal?: { origin: string }
}

const kept = 'omniconnector.token'

// state is what pages show of the session.
const state = reactive({
  door: null as Door | null,
  // signed tells that there is a token; what it may do, /me tells.
  signed: false,
  // ended tells that the token is not taken any more, so that another one is asked for.
  ended: false,
  // handed counts the tokens that the frame's parent has handed over: each may speak for somebody else.
  handed: 0,
})

let secret = ''
let renewing: Promise<string | null> | null = null
// renewal gets a new token before the old one ends, in the door's own way.
let renewal: (() => Promise<string | null>) | null = null

// handed is the cabinet's token. It is taken out of the address before the router takes it for the name of a page.
const handed = fromAddress()

function start(): void {
  const given = block()
  if (given) {
    take(given.door, given.token)
    const address = given.renew
    if (address) renewal = () => askConnector(address, given.portal?.origin)
  } else if (handed) {
    take('cabinet', handed)
    renewal = askParent
  } else {
    const typed = recall()
    if (typed) take('typed', typed)
  }
  addEventListener('message', hear)
}

function take(door: Door, token: string): void {
  state.door = door
  secret = token
  state.signed = true
  state.ended = false
  if (door === 'typed') remember(token)
}

// token is what a request is signed with; one that is about to end is renewed first.
async function token(): Promise<string> {
  if (renewal && secret && endsSoon(secret)) {
    renewing ??= renewal().finally(() => (renewing = null))
    const fresh = await renewing
    if (fresh) secret = fresh
  }
  return secret
}

// refused is told when the API does not know the token.
function refused(): void {
  if (!state.signed) return
  state.ended = true
  if (state.door === 'typed') leave()
}

function leave(): void {
  state.signed = false
  secret = ''
  remember('')
}

// hear takes a token of the page that frames ours; whoever else speaks is not listened to.
function hear(m: MessageEvent): void {
  if (m.source !== window.parent || m.source === window || state.door === 'portal') return
  const said: unknown = m.data
  if (said && typeof said === 'object' && 'type' in said && said.type === 'omniconnector:token' && 'token' in said && typeof said.token === 'string') {
    take('cabinet', said.token)
    state.handed++
    renewal = askParent
  }
}

export const session = { state, start, take, token, refused, leave, placement }

// placement is null when the page was not opened by a portal.
function placement(): Placement | null {
  const opening = block()
  return opening?.placement ? { code: opening.placement, options: opening.options ?? {} } : null
}

// block reads what the portal's page was made with: <script type="application/json" id="session">.
function block(): Opening | null {
  const text = document.getElementById('session')?.textContent
  if (!text) return null
  const said: unknown = JSON.parse(text)
  return said && typeof said === 'object' && 'token' in said ? (said as Opening) : null
}

// fromAddress takes the token out of the address, where it would stay in the history otherwise.
function fromAddress(): string | null {
  const found = /^#token=([^&]+)/.exec(location.hash)
  if (!found?.[1]) return null
  history.replaceState(null, '', `${location.pathname}${location.search}#/`)
  return decodeURIComponent(found[1])
}

// askParent asks the SaaS's cabinet for a fresh token and waits a little for it.
function askParent(): Promise<string | null> {
  return new Promise((resolve) => {
    const done = (token: string | null): void => {
      removeEventListener('message', heard)
      clearTimeout(patience)
      resolve(token)
    }
    const heard = (m: MessageEvent): void => {
      if (m.source === window.parent && m.data?.type === 'omniconnector:token') done(String(m.data.token))
    }
    const patience = setTimeout(() => done(null), 5000)
    addEventListener('message', heard)
    window.parent.postMessage({ type: 'omniconnector:token-please' }, '*') // says nothing that is secret
  })
}

// askConnector exchanges a session for a fresh one, with what the portal says of the person now.
async function askConnector(address: string, origin = ''): Promise<string | null> {
  const here = document.querySelector('meta[name=connector]')?.getAttribute('content') ?? './'
  const headers = { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' }
  const body = JSON.stringify((await freshAuth(origin)) ?? {})
  const answer = await fetch(new URL(here + address, location.href), { method: 'POST', headers, body }).catch(() => null)
  if (!answer?.ok) return null
  return ((await answer.json()) as { token: string }).token
}

// endsSoon reads a signed token's own end; what has none does not end.
function endsSoon(token: string): boolean {
  const claims = token.split('.')[1]
  if (!claims || token.split('.').length !== 3) return false
  try {
    const { exp } = JSON.parse(atob(claims.replace(/-/g, '+').replace(/_/g, '/'))) as { exp?: number }
    return exp !== undefined && exp * 1000 - Date.now() < 60_000
  } catch {
    return false
  }
}

function recall(): string | null {
  try {
    return sessionStorage.getItem(kept)
  } catch {
    return null
  }
}

function remember(token: string): void {
  try {
    if (token) sessionStorage.setItem(kept, token)
    else sessionStorage.removeItem(kept)
  } catch {
    // it is kept until the page is left
  }
}
