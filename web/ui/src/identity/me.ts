// Whom the token speaks for, as the API tells it.
import { reactive } from 'vue'

import { api, ask, type Schemas } from '@/api/client'

export const me = reactive({
  known: null as Schemas['MeOutBody'] | null,
  async load() {
    this.known = await ask(api.GET('/api/v1/me'))
  },
  // another asks anew with a token that was handed over; true when it speaks for another tenant or portal, and then nothing is taken.
  async another(): Promise<boolean> {
    const said = await ask(api.GET('/api/v1/me'))
    if (said.tenant?.id !== this.known?.tenant?.id || said.portal !== this.known?.portal) return true
    this.known = said
    return false
  },
  // mayWrite tells whether settings may be changed; the API checks it again.
  get mayWrite(): boolean {
    return this.known?.scope === 'write'
  },
})
