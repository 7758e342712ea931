import { words } from '..'

export default words(
  { notCopied: 'Браузер не дал скопировать. Выделите текст и скопируйте его сами.', shownOnce: 'Показывается один раз: сохраните, прежде чем закрыть.' },
  { notCopied: 'The browser refused to copy. Select the text and copy it yourself.', shownOnce: 'Shown this once: keep it before you close.' },
)
