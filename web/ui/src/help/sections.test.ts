import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import { helpOf, names } from './sections'

describe('the help', () => {
  it('knows every section that a page names, and no other', () => {
    const router = readFileSync(new URL('../shell/router.ts', import.meta.url), 'utf8')
    const named = new Set([...router.matchAll(/help: '(\w+)'/g)].map((m) => m[1]))
    expect([...named].sort()).toEqual([...names].sort())
  })

  it.each([...names])('tells of %s the same in both languages', (section) => {
    const shape = (lang: 'ru' | 'en') =>
      helpOf(section, lang)?.parts.map((p) => [Boolean(p.title), p.blocks.map((b) => [b.kind, b.kind === 'list' ? b.items.length : b.kind === 'table' ? b.rows.map((r) => r.length) : 0])])
    expect(shape('en')).toEqual(shape('ru'))
  })

  it('has rows as wide as their head', () => {
    for (const section of names) {
      for (const block of helpOf(section, 'ru')!.parts.flatMap((p) => p.blocks)) {
        if (block.kind === 'table') expect(block.rows.every((r) => r.length === block.head.length)).toBe(true)
      }
    }
  })

  it('says nothing of a page without help', () => expect(helpOf('lost', 'ru')).toBeUndefined())
})
