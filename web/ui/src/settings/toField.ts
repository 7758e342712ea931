// The way to a field of the settings, on whatever page it is.
import { nextTick } from 'vue'
import type { Router } from 'vue-router'

import { placeOf } from './places'

// toField opens the page of a field and puts the cursor into it.
export async function toField(router: Router, portal: string, pointer: string): Promise<void> {
  const name = placeOf(pointer)
  if (router.currentRoute.value.name !== name) await router.push({ name, params: { portal } })
  await nextTick()
  setTimeout(() => {
    const field = document.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(pointer)}"]`)
    field?.scrollIntoView({ block: 'center' })
    field?.querySelector<HTMLElement>('input, textarea, button, [tabindex]')?.focus({ preventScroll: true })
  })
}
