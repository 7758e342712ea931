// A conversation as people see it (S-4, C-7): it comes in, appears in the journal by itself, grows on its page, and why it became what
// it became can be read there.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { barriers, screen, settled, startBrowser, visit, type Visit } from './browser'
import { startWorld, type World } from './world'

let world: World
let browser: Browser
let v: Visit
let page: Page
let desk: string // the chat's page at the platform

beforeAll(async () => {
  ;[world, browser] = await Promise.all([startWorld('run', '--speed', '0'), startBrowser()])
  v = await visit(browser, [world.connector])
  page = v.page
})
afterAll(async () => {
  await browser?.close()
  await world?.stop()
})

const id = (): string => desk.split('/').at(-1)!
const row = () => page.locator(`[data-row$="/chat:${id()}"]`)
const bubble = (text: string) => page.locator('[data-message]').filter({ hasText: text })

describe('a conversation', () => {
  it('appears in the journal by itself', async () => {
    await page.goto(`${world.connector}/ui/#/journal`)
    await settled(page, 'journal')
    desk = await world.press('/chats', { app: '5001', channel: '74001', contact: '79000000777', name: 'Ирина <b>Новая</b>', text: 'Сколько стоит доставка <i>дивана</i>?' })
    await row().waitFor()
    await row().getByText('Сколько стоит доставка <i>дивана</i>?').waitFor()
    await row().getByText(/^WhatsApp/).waitFor()
    await row().getByRole('link', { name: 'Ирина <b>Новая</b>' }).waitFor()
    await row().getByText(/^Лид \d+/).first().waitFor()
  })

  it('is found apart from calls', async () => {
    await page.goto(`${world.connector}/ui/#/journal?what=chat`)
    await row().waitFor()
    await page.waitForFunction(() => {
      const rows = [...document.querySelectorAll('[data-row]')]
      return rows.length > 0 && rows.every((r) => r.getAttribute('data-row')!.includes('/chat:'))
    })
  })

  it('is read whole, and grows while it is looked at', async () => {
    await row().getByRole('link').first().click()
    await settled(page, 'conversation')
    await bubble('Сколько стоит доставка').locator('[data-words="there"]').waitFor()
    await world.press(desk, { do: 'operator', employee: '7001', text: 'Бесплатно по городу' })
    await bubble('Бесплатно по городу').getByText('Тестова Анна').waitFor()
    await world.press(desk, { do: 'visitor', text: 'Вот подъезд', photo: '1' })
    await bubble('Вот подъезд').getByText('фото.png').waitFor()
    expect(await bubble('Вот подъезд').getByRole('link').getAttribute('href')).toMatch(/\/files\//)
  })

  it('tells why it became what it became, and that all of it is in the CRM', async () => {
    await world.press(desk, { do: 'close' })
    await page.getByText('обслужен').first().waitFor()
    await page.waitForFunction(() => {
      const said = [...document.querySelectorAll('[data-message]')]
      const there = said.filter((m) => [...m.querySelectorAll('[data-words]')].some((w) => w.getAttribute('data-words') === 'there'))
      return there.length >= 3 && !document.querySelector('[data-words]:not([data-words="there"])')
    })
    await page.getByRole('region', { name: 'Решено' }).getByText('Ирина <b>Новая</b>').first().waitFor()
    await page.getByRole('region', { name: 'Сделано' }).getByText(/^Создать лид/).first().waitFor()
    expect(await page.getByText('Проверить на черновике').count(), 'only calls are tried on a draft').toBe(0)
    await screen(page, 'conversation')
    expect(await barriers(page)).toEqual([])
  })

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await screen(page, 'conversation-phone')
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    expect(v.complaints).toEqual([])
  })
})
