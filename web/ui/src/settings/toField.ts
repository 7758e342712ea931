// The way to a field of the settings, on whatever page it is.
import { nextTick } from 'vue'
import type { Router } from 'vue-router'

import { placeOf } from './places'

// toField opens the page of a field and puts the cursor into it. What is about no field stands on top of every page.
export async function toField(router: Router, portal: string, pointer: string): Promise<void> {
  const name = placeOf(pointer)
  const here = router.currentRoute.value
  if (here.name !== name && !(pointer === '' && here.meta.settings)) await router.push({ name, params: { portal } })
  await nextTick()
  setTimeout(() => {
    const field = fieldOf(pointer)
    field?.scrollIntoView({ block: 'center' })
    ;(field?.querySelector<HTMLElement>('input, textarea, button, [tabindex]') ?? field)?.focus({ preventScroll: true })
  })
}

// fieldOf finds the field of a pointer, or what it is inside of: the button of a filter that is not open, for example.
function fieldOf(pointer: string): HTMLElement | null {
  for (let at = pointer; ; at = at.replace(/\/[^/]*$/, '')) {
    const field = document.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(at)}"]`)
    if (field || !at) return field
  }
}
