// The draft is checked by the API a moment after it changed, so that mistakes and warnings are seen before «Сохранить».
import { onScopeDispose, watch } from 'vue'

import { Refusal } from '@/api/client'
import { lang } from '@/words'

import { draft, validate } from './draft'

const pause = 800

// useChecking checks as long as the component is shown; the save bar does it for all pages of settings.
export function useChecking(): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  async function check(): Promise<void> {
    try {
      await validate()
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal // who saves is told what is wrong; nobody asked for this check
    }
  }
  watch(
    () => [draft.portal, lang(), draft.document && JSON.stringify(draft.document)] as const,
    ([, , document]) => {
      clearTimeout(timer)
      if (document) timer = setTimeout(() => void check(), pause)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
}
