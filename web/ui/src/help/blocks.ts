// How the help's texts are written: short forms of its blocks.
import type { Block, Part } from './sections'

export const text = (said: string): Block => ({ kind: 'text', text: said })
export const list = (...items: string[]): Block => ({ kind: 'list', items })
export const steps = (...items: string[]): Block => ({ kind: 'list', items, ordered: true })
export const table = (head: string[], ...rows: string[][]): Block => ({ kind: 'table', head, rows })
export const intro = (...blocks: Block[]): Part => ({ blocks })
export const part = (title: string, ...blocks: Block[]): Part => ({ title, blocks })
export const remark = (said: string): Part => ({ blocks: [{ kind: 'note', text: said }] })
