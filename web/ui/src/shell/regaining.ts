// A button that waits for an answer is disabled, and browsers take the focus from what is disabled. Whoever works without a mouse
// gets it back when the button can be pressed again, unless they have gone elsewhere.
import { onMounted, onUnmounted } from 'vue'

export function useRegaining(): void {
  let last: EventTarget | null = null // what had the focus last
  let dropped: EventTarget | null = null // what lost it by being disabled

  const took = (event: FocusEvent): void => {
    last = event.target
    dropped = null
  }
  const left = (): void => void (dropped = null)
  const observer = new MutationObserver((records) => {
    for (const { target } of records) {
      if (!(target instanceof HTMLElement)) continue
      if (target.hasAttribute('disabled')) {
        if (target === last) dropped = target
      } else if (target === dropped && document.activeElement === document.body) {
        target.focus({ preventScroll: true })
      }
    }
  })

  onMounted(() => {
    addEventListener('focusin', took)
    addEventListener('pointerdown', left)
    observer.observe(document, { subtree: true, attributeFilter: ['disabled'] })
  })
  onUnmounted(() => {
    removeEventListener('focusin', took)
    removeEventListener('pointerdown', left)
    observer.disconnect()
  })
}
