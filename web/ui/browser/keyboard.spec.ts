// Everything without a mouse (S-4): the focus is always somewhere, always seen, and comes back where it was.
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { settled, startBrowser, visit, type Visit } from './browser'
import { startWorld, type World } from './world'

let world: World
let browser: Browser
let portal: string
let v: Visit
let page: Page

beforeAll(async () => {
  ;[world, browser] = await Promise.all([startWorld('run', '--speed', '0'), startBrowser()])
  portal = (await world.api<{ portals: { id: string }[] }>(world.token, 'GET', '/api/v1/portals')).portals[0]!.id
  v = await visit(browser, [world.connector])
  v.expected.add(401)
  page = v.page
  // whoever comes through a proxy is no guest of the demo, and signs in
  await page.context().setExtraHTTPHeaders({ 'X-Forwarded-For': '192.0.2.1' })
})
afterAll(async () => {
  await browser?.close()
  await world?.stop()
})

// focusIs tells what has the focus, for the words of a failure.
const focusIs = (): Promise<string> => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120) ?? 'nothing')
const lost = (): Promise<boolean> => page.evaluate(() => !document.activeElement || document.activeElement === document.body)

// held waits until something has the focus: what took it away may give it on a moment later.
const held = (): Promise<unknown> => page.waitForFunction(() => document.activeElement && document.activeElement !== document.body)

// seen fails when nothing on the screen tells where the focus is: it is compared with how the same looks without it.
async function seen(): Promise<void> {
  const told = await page.evaluate(async () => {
    const el = document.activeElement as HTMLElement
    const look = async (): Promise<string> => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      document.getAnimations().forEach((a) => a instanceof CSSTransition && a.finish())
      const around = [el, el.parentElement, el.closest('label'), el.closest('[data-slot="root"]')].filter((e) => e !== null)
      const one = (e: Element, pseudo?: string): string => {
        const s = getComputedStyle(e, pseudo)
        return [s.outlineStyle, s.outlineColor, s.outlineWidth, s.boxShadow, s.borderColor, s.backgroundColor, s.color, s.textDecorationLine].join(' ')
      }
      return around.map((e) => one(e) + one(e, '::before') + one(e, '::after')).join('\n')
    }
    const box = el.getBoundingClientRect()
    const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
    const withFocus = await look()
    el.blur()
    const without = await look()
    el.focus({ preventScroll: true, focusVisible: true } as FocusOptions)
    return { inside, differs: withFocus !== without }
  })
  expect(told, await focusIs()).toEqual({ inside: true, differs: true })
}

// tabTo presses Tab until a control has the focus; it is never nowhere on the way.
async function tabTo(what: Locator, most = 150, key = 'Tab'): Promise<void> {
  const isThere = (): Promise<boolean> => what.evaluate((el) => el === document.activeElement || (el.contains(document.activeElement) && el.tagName !== 'MAIN'))
  let nowhere = 0
  for (let i = 0; i < most; i++) {
    await page.keyboard.press(key)
    // between the last control and the first one the focus is at the browser's own, once a round
    if (await lost()) expect(++nowhere, 'the focus is lost on the way').toBeLessThanOrEqual(2)
    else if (await isThere()) return seen()
  }
  throw new Error(`Tab does not come to ${what}; it is at ${await focusIs()}`)
}

async function press(key: string): Promise<void> {
  await page.keyboard.press(key)
  await held()
}

it('signs in, and is told of a wrong token', async () => {
  await page.goto(`${world.connector}/ui/`)
  const token = page.getByLabel('Токен')
  await token.waitFor()
  await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT')
  for (const wrong of ['в-другой-раскладке', 'of-somebody-else']) {
    await page.keyboard.type(wrong)
    await page.keyboard.press('Enter')
    await page.getByText('Такого токена нет, или он отозван.').waitFor()
    await token.focus()
    await page.keyboard.press('Control+A')
  }
  await page.keyboard.type(world.token)
  await page.keyboard.press('Enter')
  await settled(page)
  await held()
})

it('skips to the content', async () => {
  await page.reload()
  await settled(page)
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'К содержанию' })
  expect(await skip.evaluate((el) => el === document.activeElement), await focusIs()).toBe(true)
  expect((await skip.boundingBox())!.width, 'it is seen when it has the focus').toBeGreaterThan(50)
  await press('Enter')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('content')
})

it('goes through the menu', async () => {
  await page.reload()
  await settled(page)
  await tabTo(page.getByRole('navigation').getByRole('link', { name: 'Телефония' }))
  await press('Enter')
  await page.waitForURL(/telephony/)
  await settled(page)
  await held()
})

it('builds a filter with a nested group', async () => {
  const filter = page.locator('[data-pointer="/telephony/incoming/filter/where"]')
  await tabTo(page.locator('[data-pointer="/telephony/incoming/filter/on"]').getByRole('switch'))
  if (!(await page.locator(':focus').isChecked())) await press('Space')
  await tabTo(filter.getByRole('button', { name: 'Добавить условие' }).first())
  await press('Enter')
  await page.waitForFunction(() => document.activeElement?.closest('[data-row]'))
  await seen()
  await tabTo(filter.getByRole('combobox', { name: /^Значение/ }).first(), 10)
  await page.keyboard.type('74950000101')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await held()
  await tabTo(filter.getByRole('button', { name: 'Добавить группу' }).last(), 30)
  await press('Enter')
  await page.waitForFunction(() => document.activeElement?.closest('[data-row] [role=group]')) // what was added has the focus
  await seen()
  await tabTo(filter.locator('[data-row] [data-row]').getByRole('combobox', { name: /^Значение/ }).first(), 10)
  await page.keyboard.type('74950000102')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await held()
  expect(await filter.getByRole('group', { name: 'Группа условий' }).count()).toBe(1)
})

it('goes from tab to tab, and puts a rule in another place', async () => {
  await tabTo(page.getByRole('tab', { name: 'Основное' }), 200, 'Shift+Tab')
  for (let i = 0; i < 3; i++) await press('ArrowRight')
  await page.waitForURL(/responsibles/)
  await settled(page)
  const names = (): Promise<string[]> => page.locator('[data-index] input[placeholder="Название правила"]').evaluateAll((all) => all.map((e) => (e as HTMLInputElement).value))
  const before = await names()
  await tabTo(page.getByRole('button', { name: `Переместить ниже: ${before[0]}` }))
  await press('Enter')
  expect(await names()).toEqual([before[1], before[0], ...before.slice(2)])
  expect(await focusIs(), 'the focus goes with the rule').toContain(before[0])
  await seen()
})

it('looks at what a template gives', async () => {
  await tabTo(page.getByRole('tab', { name: 'Ответственные' }), 200, 'Shift+Tab')
  await press('ArrowLeft')
  await press('ArrowLeft')
  await page.waitForURL(/templates/)
  await settled(page)
  const eye = page.getByRole('button', { name: /^Показать, что получится/ }).first()
  await tabTo(eye)
  await press('Enter')
  await page.getByText('Получится:').first().waitFor()
  expect(await focusIs()).toContain('Скрыть')
})

it('saves', async () => {
  await tabTo(page.getByRole('button', { name: 'Сохранить', exact: true }))
  await press('Enter')
  await page.getByText(/Настройки сохранены|Сохранено/).first().waitFor()
  await held()
  const stored = await world.api<{ telephony: { incoming: { filter: { where: { of: unknown[] } } } } }>(world.token, 'GET', `/api/v1/portals/${portal}/settings`)
  expect(stored.telephony.incoming.filter.where).toMatchObject({ of: [{ values: ['74950000101'] }, { of: [{ values: ['74950000102'] }] }] })
})

it('opens the help, and closes it with Esc', async () => {
  const help = page.getByRole('button', { name: 'Справка', exact: true })
  await tabTo(help)
  await press('Enter')
  await page.getByRole('dialog').waitFor()
  expect(await page.evaluate(() => Boolean(document.activeElement?.closest('[role=dialog]'))), 'the focus goes into the help').toBe(true)
  for (let i = 0; i < 5; i++) await press('Tab')
  expect(await page.evaluate(() => Boolean(document.activeElement?.closest('[role=dialog]'))), 'and stays there').toBe(true)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.waitForFunction((label) => document.activeElement?.getAttribute('aria-label') === label, 'Справка')
  await seen()
})

it('opens a call in the journal', async () => {
  await tabTo(page.getByRole('navigation').getByRole('link', { name: 'Журнал' }))
  await press('Enter')
  await page.waitForURL(/journal/)
  await settled(page)
  await tabTo(page.locator('main a[href*="#/calls/"]').first())
  await press('Enter')
  await page.waitForURL(/calls\//)
  await settled(page)
  await held()
  await tabTo(page.getByRole('link', { name: /Все звонки/ }), 20)
})

it('nobody complained', () => {
  expect(v.complaints).toEqual([])
})
