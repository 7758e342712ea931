// What the API refuses lands on its field, on whatever page that is (S-4), and a connector that does not answer costs nobody's work.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { placeOf } from '../src/settings/places'
import { settled, startBrowser, visit, type Visit } from './browser'
import { wireTo, type Wire } from './wire'
import { startWorld, type World } from './world'

interface Mistake {
  pointer: string
  code: string
  message: string
}

let world: World
let wire: Wire
let browser: Browser
let portal: string
let v: Visit
let page: Page

beforeAll(async () => {
  ;[world, browser] = await Promise.all([startWorld('run', '--speed', '0'), startBrowser()])
  wire = await wireTo(world.connector)
  portal = (await world.api<{ portals: { id: string }[] }>(world.token, 'GET', '/api/v1/portals')).portals[0]!.id
  v = await visit(browser, [wire.address])
  v.expected.add(422)
  page = v.page
})
afterAll(async () => {
  await browser?.close()
  await wire?.cut()
  await world?.stop()
})

const pathOf: Record<string, string> = { telephony: 'telephony', templates: 'telephony/templates', funnels: 'telephony/funnels', responsibles: 'telephony/responsibles', fields: 'telephony/fields', main: 'main', employees: 'employees', chats: 'chats', 'chats-funnels': 'chats/funnels', 'chats-names': 'chats/names' }
// go changes the address inside the application: what is not saved stays.
const go = async (place: string): Promise<void> => {
  await page.evaluate((hash) => void (location.hash = hash), `#/p/${portal}/${pathOf[place]}`)
  await settled(page, place)
}
const field = (pointer: string) => page.locator(`[data-pointer="${pointer}"]`)
const save = () => page.getByRole('button', { name: 'Сохранить', exact: true })
const summary = () => page.getByText(/^Исправьте \d+ пол/)
const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.closest('[data-pointer]')?.getAttribute('data-pointer') ?? document.activeElement?.tagName ?? '')

describe('twenty mistakes at once', () => {
  let mistakes: Mistake[] = []

  it('are made by a careless hand on every page', async () => {
    await page.goto(`${wire.address}/ui/#/p/${portal}/main`)
    await settled(page)
    await field('/app_name').locator('input').fill('')
    await field('/own_numbers').locator('input').fill('не номер')
    await page.keyboard.press('Enter')

    await go('telephony')
    await field('/telephony/click_to_call/on').getByRole('switch').check()
    await field('/telephony/callback/on').getByRole('switch').check()
    await field('/telephony/callback/number').locator('input').fill('12')
    await field('/telephony/notes').getByRole('switch').check()
    await field('/telephony/working_hours/from').locator('input').fill('25:99')
    await field('/telephony/working_hours/till').locator('input').fill('ночь')

    await go('templates')
    for (const add of await page.locator('[data-add]').all()) {
      await add.click()
      await page.locator(':focus').fill('Звонок {{nobody_knows}}')
    }
    await go('funnels')
    for (const add of await page.locator('[data-action="add-rule"]').all()) await add.click()
    await go('responsibles')
    await page.locator('[data-action="add-rule"]').click()
    await go('fields')
    for (const add of await page.locator('[data-add]').all()) await add.click()

    await go('chats')
    if (!(await field('/chats/enabled').getByRole('switch').isChecked())) await field('/chats/enabled').getByRole('switch').check()
    await page.getByRole('button', { name: 'Снять все' }).click()
    await field('/chats/responsible/rules').locator('[data-action="add-rule"]').click()
    await field('/chats/silence_hours').locator('input').fill('')
    await go('chats-names')
    for (const add of await page.locator('[data-add]').all()) {
      await add.click()
      await page.locator(':focus').fill('Чат {{nobody_knows}}')
    }
  })

  it('are refused together, and the first is shown', async () => {
    const answered = page.waitForResponse((r) => r.request().method() === 'PUT')
    await save().click()
    const answer = await answered
    expect(answer.status()).toBe(422)
    mistakes = ((await answer.json()) as { errors: Mistake[] }).errors
    expect(mistakes.length).toBeGreaterThanOrEqual(20)
    expect(new Set(mistakes.map((m) => placeOf(m.pointer))).size, 'on every page').toBeGreaterThanOrEqual(8)
    expect(mistakes.map((m) => m.pointer)).toEqual(expect.arrayContaining(['/chats/channels', '/chats/responsible/rules/0/user', '/chats/names/lead/0/text']))
    await summary().waitFor()
    expect(await summary().innerText()).toContain(String(mistakes.length))
    await page.waitForFunction((first) => document.activeElement?.closest('[data-pointer]')?.getAttribute('data-pointer') === first, mistakes[0]!.pointer)
  })

  it('are counted on the tabs', async () => {
    await go('templates')
    const onTemplates = mistakes.filter((m) => placeOf(m.pointer) === 'templates').length
    await page.getByRole('tab', { name: /Шаблоны/ }).getByText(String(onTemplates), { exact: true }).waitFor()
  })

  it('stand each beside its field, on its page', async () => {
    for (const place of new Set(mistakes.map((m) => placeOf(m.pointer)))) {
      await go(place)
      for (const m of mistakes.filter((m) => placeOf(m.pointer) === place)) {
        const shown = field(m.pointer).getByText(m.message).first()
        expect(await shown.isVisible(), `${m.pointer} ${m.code} on ${place}`).toBe(true)
      }
    }
  })

  it('are gone to from anywhere by «Показать»', async () => {
    await go('fields')
    await page.getByRole('button', { name: 'Показать', exact: true }).click()
    await page.waitForFunction((first) => document.activeElement?.closest('[data-pointer]')?.getAttribute('data-pointer') === first, mistakes[0]!.pointer)
    expect(await focused()).toBe(mistakes[0]!.pointer)
  })

  it('are gone once they are mended, and the draft is saved', async () => {
    await go('main')
    await field('/app_name').locator('input').fill('Магазин')
    await page.getByRole('button', { name: 'Убрать номер не номер' }).click()
    await go('telephony')
    await field('/telephony/click_to_call/on').getByRole('switch').uncheck()
    await field('/telephony/callback/number').locator('input').fill('+7 495 000-01-01')
    await field('/telephony/working_hours/from').locator('input').fill('09:00')
    await field('/telephony/working_hours/till').locator('input').fill('18:00')
    await go('templates')
    for (const row of await page.locator('input').all()) if ((await row.inputValue()).includes('nobody_knows')) await row.fill('Звонок {{contact_phone_number}}')
    await go('funnels')
    await removeUnnamed()
    await go('responsibles')
    await removeUnnamed()
    await go('fields')
    while (await page.getByRole('button', { name: /^Убрать/ }).count()) await page.getByRole('button', { name: /^Убрать/ }).first().click()
    await go('chats')
    await page.getByRole('button', { name: 'Отметить все' }).click()
    await removeUnnamed()
    await field('/chats/silence_hours').locator('input').fill('24')
    await page.keyboard.press('Tab')
    await go('chats-names')
    for (const row of await page.locator('input').all()) if ((await row.inputValue()).includes('nobody_knows')) await row.fill('Чат {{visitor}}')
    await summary().waitFor({ state: 'detached' })
    expect(await page.locator('main [role=alert]').count()).toBe(0)
    await save().click()
    await page.getByText(/Настройки сохранены|Сохранено/).first().waitFor()
    const stored = await world.api<{ app_name: string; telephony: { incoming: { names: { deal: { text: string }[] } } } }>(world.token, 'GET', `/api/v1/portals/${portal}/settings`)
    expect(stored.app_name).toBe('Магазин')
    expect(stored.telephony.incoming.names.deal.at(-1)?.text).toBe('Звонок {{contact_phone_number}}')
  })

  // removeUnnamed takes the rules out that have no name.
  async function removeUnnamed(): Promise<void> {
    const unnamed = page.locator('[data-index]').filter({ has: page.locator('input[placeholder="Название правила"]:placeholder-shown') })
    while (await unnamed.count()) await unnamed.last().locator('[data-action="remove"]').last().click()
  }
})

describe('the connector does not answer', () => {
  it('is told in words, keeps the draft, and works again afterwards', async () => {
    await go('main')
    v.expected.add(0) // the browser tells of broken connections, too
    await field('/app_name').locator('input').fill('Несмотря ни на что')
    await wire.cut()
    await save().click()
    await page.getByText('Коннектор не отвечает').first().waitFor()
    await page.getByText('Несохранённые изменения остались на странице.').first().waitFor()
    expect(await field('/app_name').locator('input').inputValue()).toBe('Несмотря ни на что')

    await page.evaluate(() => void (location.hash = '#/audit'))
    await page.getByText('Страница не открылась').first().waitFor()
    expect(await field('/app_name').locator('input').inputValue(), 'the page stays').toBe('Несмотря ни на что')

    await wire.mend()
    await save().click()
    await page.getByText(/Настройки сохранены|Сохранено/).first().waitFor()
    expect((await world.api<{ app_name: string }>(world.token, 'GET', `/api/v1/portals/${portal}/settings`)).app_name).toBe('Несмотря ни на что')
    await page.getByRole('button', { name: 'Повторить' }).first().click()
    await page.waitForURL(/#\/audit/)
    await settled(page)
  })
})

it('nobody complained', () => {
  expect(v.complaints).toEqual([])
})
