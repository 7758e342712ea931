// What a page shows while it asks the API, and when the answer is a refusal.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

import { Refusal, type Problem } from '@/api/client'

export interface Asking<T, A extends unknown[]> {
  data: ShallowRef<T | null>
  busy: Ref<boolean>
  failed: Ref<Problem | null>
  // run asks; true when it was answered. Of several at once only the last counts.
  run: (...args: A) => Promise<boolean>
}

// useAsking wraps a question to the API with the three states that a page shows.
export function useAsking<T, A extends unknown[] = []>(question: (...args: A) => Promise<T>): Asking<T, A> {
  const data = shallowRef<T | null>(null)
  const busy = ref(false)
  const failed = ref<Problem | null>(null)
  let latest = 0
  async function run(...args: A): Promise<boolean> {
    const turn = ++latest
    busy.value = true
    failed.value = null
    try {
      const answer = await question(...args)
      if (turn === latest) data.value = answer
      return true
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      if (turn === latest) failed.value = refusal.problem
      return false
    } finally {
      if (turn === latest) busy.value = false
    }
  }
  return { data, busy, failed, run }
}
