// Dragging rows with the mouse: where the row would go is shown as a line. The keyboard has buttons for the same.
import { ref } from 'vue'

import { useEditing } from './editing'
import type { Path } from './tree'

const target = ref<Path | null>(null)

export interface Dropping {
  start: (event: DragEvent, path: Path) => void
  // over is told of a row (half tells above or below it) or of the end of a group.
  over: (event: DragEvent, path: Path, half?: boolean) => void
  drop: (event: DragEvent) => void
  stop: () => void
  // at tells that the line is to be drawn before what is at the path.
  at: (path: Path) => boolean
}

export function useDropping(): Dropping {
  const editing = useEditing()
  function stop(): void {
    editing.dragged = null
    target.value = null
  }
  return {
    start(event, path) {
      editing.dragged = path
      const row = (event.currentTarget as HTMLElement).closest('li')
      if (row) event.dataTransfer?.setDragImage(row, 12, 12)
      event.dataTransfer?.setData('text/plain', '') // without data some browsers do not drag
    },
    over(event, path, half = false) {
      if (!editing.dragged) return
      event.stopPropagation()
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
      const below = half && event.clientY > box.top + box.height / 2
      const to = below ? [...path.slice(0, -1), (path.at(-1) ?? 0) + 1] : path
      target.value = editing.mayMove(editing.dragged, to) ? to : null
      if (target.value) event.preventDefault() // only then the browser lets it drop
    },
    drop(event) {
      event.preventDefault()
      event.stopPropagation()
      if (editing.dragged && target.value) editing.move(editing.dragged, target.value)
      stop()
    },
    stop,
    at: (path) => editing.dragged !== null && target.value?.join() === path.join(),
  }
}
