// Whom the token speaks for, as the API tells it.
import { reactive } from 'vue'

import { api, ask, type Schemas } from '@/api/client'

export const me = reactive({
  known: null as Schemas['MeOutBody'] | null,
  async load() {
    this.known = await ask(api.GET('/api/v1/me'))
  },
  // mayWrite tells whether settings may be changed; the API checks it again.
  get mayWrite(): boolean {
    return this.known?.scope === 'write'
  },
})
