// The portal around the page (contract bitrix24 §2.3): its frame is named domain|protocol|APP_SID, and it gives a fresh token of the
// person's when asked. Messages go to the origin that the connector has proven, and come from nowhere else.

export interface Fresh {
  auth_id: string
  expires_in: number
}

// freshAuth asks the portal who is at the page, once more; null when it does not answer.
export function freshAuth(origin: string): Promise<Fresh | null> {
  const sid = window.name.split('|')[2]
  if (!sid || !origin || window.parent === window) return Promise.resolve(null)
  return new Promise((resolve) => {
    const callback = `omniconnector${Date.now()}`
    const done = (fresh: Fresh | null): void => {
      removeEventListener('message', heard)
      clearTimeout(patience)
      resolve(fresh)
    }
    const heard = (m: MessageEvent): void => {
      if (m.source !== window.parent || m.origin !== origin || typeof m.data !== 'string' || !m.data.startsWith(`${callback}:`)) return
      try {
        const said = JSON.parse(m.data.slice(callback.length + 1)) as { AUTH_ID?: string; AUTH_EXPIRES?: string | number }
        done(said.AUTH_ID ? { auth_id: said.AUTH_ID, expires_in: Number(said.AUTH_EXPIRES) || 0 } : null)
      } catch {
        done(null)
      }
    }
    const patience = setTimeout(() => done(null), 8000)
    addEventListener('message', heard)
    window.parent.postMessage(`refreshAuth:${callback}:${sid}`, origin)
  })
}
