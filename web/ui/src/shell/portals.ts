// The tenant's portals and the one the page is about.
import { computed, reactive } from 'vue'
import { useRoute } from 'vue-router'

import { api, ask, type Schemas } from '@/api/client'
import { keeps, sameTenant } from '@/identity/tenancy'

export type Portal = Schemas['PortalView']

export const portals = reactive({
  list: [] as Portal[],
  loaded: false,
  // last is the portal that was looked at last, for the links of pages that are about no portal.
  last: '',
})

keeps(() => Object.assign(portals, { list: [], loaded: false, last: '' }))

// loadPortals reads the list anew; a person inside a portal has that one only.
export async function loadPortals(own: string | undefined): Promise<void> {
  const same = sameTenant()
  const list = own
    ? [await ask(api.GET('/api/v1/portals/{portal}', { params: { path: { portal: own } } }))]
    : (await ask(api.GET('/api/v1/portals', { params: { query: { limit: 100 } } }))).portals
  if (!same()) return
  portals.list = list
  portals.loaded = true
  if (!portals.list.some((p) => p.id === portals.last)) {
    portals.last = (portals.list.find((p) => p.state !== 'disconnected') ?? portals.list[0])?.id ?? ''
  }
}

// useCurrentPortal is the portal in the address, or the one looked at last.
export function useCurrentPortal() {
  const route = useRoute()
  return computed(() => {
    const named = route.params.portal
    return typeof named === 'string' && named ? named : portals.last
  })
}
