// Pages that keep themselves fresh: they ask again while somebody looks at them.
import { onMounted, onUnmounted, ref, type Ref } from 'vue'

// useFresh asks at once, and again so many seconds after each answer while the page is visible. A refusal slows it down, so
// that a connector in trouble is not asked more by those who watch it.
export function useFresh(ask: () => Promise<boolean>, seconds: number): { stop: () => void; soon: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false
  let turn = 0
  async function round(): Promise<void> {
    clearTimeout(timer)
    const mine = ++turn
    const answered = document.hidden ? true : await ask()
    if (!ended && mine === turn) timer = setTimeout(round, seconds * (answered ? 1000 : 4000))
  }
  const seen = (): void => {
    if (!document.hidden && !ended) void round()
  }
  onMounted(() => {
    document.addEventListener('visibilitychange', seen)
    void round()
  })
  const stop = (): void => {
    ended = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', seen)
  }
  onUnmounted(stop)
  return { stop, soon: () => void round() }
}

// useNow is the time, for what is told as "since" and "in"; it ticks every so many seconds.
export function useNow(seconds = 1): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), seconds * 1000)
  onUnmounted(() => clearInterval(timer))
  return now
}
