// Putting text on the clipboard. Inside frames the browser may refuse the modern way; then the older one is tried.
import { useI18n } from 'vue-i18n'

async function put(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.setAttribute('readonly', '')
    area.style.position = 'fixed'
    area.style.opacity = '0'
    // a dialog keeps the focus to itself: what is outside it could not be selected
    const at = document.activeElement?.closest('[role=dialog]') ?? document.body
    at.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

// useCopying gives a function that copies and tells the person.
export function useCopying(): (text: string) => Promise<void> {
  const toast = useToast()
  const { t } = useI18n()
  return async (text) => {
    const done = await put(text)
    toast.add({ title: t(done ? 'shell.copied' : 'parts.notCopied'), color: done ? 'air-primary-success' : 'air-primary-warning' })
  }
}
