// Two people edit the settings of one portal at once (S-2 «If-Match», S-4 «one Сохранить»): whoever is slower is told, and keeps
// every edit.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { settled, startBrowser, visit, type Visit } from './browser'
import { startWorld, type World } from './world'

interface Document {
  app_name: string
  country: string
  own_numbers: string[]
  employees: { employee: number; user: number }[]
  telephony: { notes: boolean; silence_minutes: number }
}

let world: World
let browser: Browser
let portal: string
let one: Visit
let other: Visit

beforeAll(async () => {
  ;[world, browser] = await Promise.all([startWorld('run', '--speed', '0'), startBrowser()])
  portal = (await world.api<{ portals: { id: string }[] }>(world.token, 'GET', '/api/v1/portals')).portals[0]!.id
  ;[one, other] = await Promise.all([visit(browser, [world.connector]), visit(browser, [world.connector])])
  one.expected.add(412) // the browser tells of every refusal; the page has to as well
})
afterAll(async () => {
  await browser?.close()
  await world?.stop()
})
beforeEach(async () => {
  for (const v of [one, other]) {
    await v.page.goto('about:blank')
    await open(v.page, 'main')
  }
})

const open = async (page: Page, name: string): Promise<void> => {
  await page.goto(`${world.connector}/ui/#/p/${portal}/${name}`)
  await settled(page)
}
// go follows a link of the menu, as a person does: what is not saved stays.
const go = async (page: Page, label: string): Promise<void> => {
  await page.getByRole('navigation').getByRole('link', { name: label }).click()
  await settled(page)
}
const saved = (): Promise<Document> => world.api(world.token, 'GET', `/api/v1/portals/${portal}/settings`)
const appName = (page: Page) => page.locator('[data-pointer="/app_name"] input')
const save = (page: Page) => page.getByRole('button', { name: 'Сохранить' }).click()
const stale = (page: Page) => page.getByText('Настройки за это время изменил кто-то другой').first()
const unsaved = (page: Page) => page.getByText('Есть несохранённые изменения')

describe('two tabs edit, one saves', () => {
  it('tells the slower one, keeps their edits, puts them upon the new version and saves both', async () => {
    await appName(one.page).fill('Моё название')
    await go(one.page, 'Телефония')
    await one.page.locator('[data-pointer="/telephony/silence_minutes"] input').fill('45')
    await one.page.locator('[data-pointer="/telephony/silence_minutes"] input').blur()

    await go(other.page, 'Телефония')
    await other.page.locator('[data-pointer="/telephony/notes"]').getByRole('switch').click()
    const notes = !(await saved()).telephony.notes
    await save(other.page)
    await other.page.getByText(/Настройки сохранены|Сохранено/).first().waitFor()

    await save(one.page)
    await stale(one.page).waitFor()
    expect(await one.page.locator('[data-pointer="/telephony/silence_minutes"] input').inputValue(), 'the edit is still on the page').toBe('45')
    expect((await saved()).app_name, 'nothing of the slower one is saved').not.toBe('Моё название')

    await one.page.getByRole('button', { name: 'Загрузить новую версию' }).click()
    await one.page.getByText(/Загружена версия \d+/).first().waitFor()
    await stale(one.page).waitFor({ state: 'detached' })
    expect(await one.page.locator('[data-pointer="/telephony/silence_minutes"] input').inputValue()).toBe('45')
    expect(await one.page.locator('[data-pointer="/telephony/notes"]').getByRole('switch').isChecked(), 'the other’s edit is shown').toBe(notes)
    await go(one.page, 'Главная')
    expect(await appName(one.page).inputValue()).toBe('Моё название')
    await unsaved(one.page).waitFor()
    await save(one.page)
    await unsaved(one.page).waitFor({ state: 'detached' })
    expect(await saved()).toMatchObject({ app_name: 'Моё название', telephony: { notes, silence_minutes: 45 } })
  })

  it('lets the slower one compare the versions, and come back to their edits', async () => {
    await appName(one.page).fill('Черновик')
    await appName(other.page).fill('Быстрое название')
    await save(other.page)
    await unsaved(other.page).waitFor({ state: 'detached' })
    await save(one.page)
    await stale(one.page).waitFor()
    await one.page.getByRole('link', { name: 'Сравнить версии' }).click()
    await settled(one.page)
    await one.page.getByText('Быстрое название').first().waitFor()
    await go(one.page, 'Главная')
    expect(await appName(one.page).inputValue()).toBe('Черновик')
  })

  it('names what both have changed, before theirs is replaced', async () => {
    await appName(one.page).fill('Название одного')
    await appName(other.page).fill('Название другого')
    await save(other.page)
    await unsaved(other.page).waitFor({ state: 'detached' })
    await save(one.page)
    await one.page.getByRole('button', { name: 'Загрузить новую версию' }).click()
    await one.page.getByText('Это изменили и вы, и кто-то другой').waitFor()
    await one.page.getByText(/^Название приложения\. Пока оставлено ваше/).waitFor()
    await one.page.getByRole('button', { name: 'Отменить изменения' }).click()
    expect(await appName(one.page).inputValue(), 'to take one’s own back is to take theirs').toBe('Название другого')
    expect(await one.page.getByText('Это изменили и вы, и кто-то другой').count()).toBe(0)
  })
})

describe('an employee is mapped by hand while the settings are edited', () => {
  const map = async (page: Page, employee: string, user: string): Promise<void> => {
    await page.getByLabel(`Пользователь портала для сотрудника ${employee}`).click()
    await page.getByRole('option', { name: user }).click()
  }
  // someone is an employee and a user that they are not yet.
  const someone = async (): Promise<{ id: number; name: string; user: string }> => {
    const { employees } = await world.api<{ employees: { employee: { id: number; name: string }; user?: { id: number } }[] }>(world.token, 'GET', `/api/v1/portals/${portal}/employees`)
    const { users } = await world.api<{ users: { id: number; name: string; active: boolean }[] }>(world.token, 'GET', `/api/v1/portals/${portal}/directory`)
    const chosen = employees.find((e) => e.user)!
    return { id: chosen.employee.id, name: chosen.employee.name, user: users.find((u) => u.active && u.id !== chosen.user!.id)!.name }
  }

  it('saves the mapping alone, and the draft goes on from there', async () => {
    const { id, name, user } = await someone()
    await appName(one.page).fill('Правка рядом')
    await go(one.page, 'Сотрудники')
    await map(one.page, name, user)
    await one.page.getByText(/Сопоставление сохранено, версия настроек \d+/).first().waitFor()
    expect((await saved()).employees.map((e) => e.employee)).toContain(id)
    expect((await saved()).app_name, 'the draft is not saved by the way').not.toBe('Правка рядом')
    await unsaved(one.page).waitFor()
    await save(one.page)
    await unsaved(one.page).waitFor({ state: 'detached' })
    const now = await saved()
    expect(now.app_name).toBe('Правка рядом')
    expect(now.employees.map((e) => e.employee), 'the mapping is not lost by saving the rest').toContain(id)
  })

  it('is refused when somebody else was faster, and loses nothing', async () => {
    const { name, user } = await someone()
    await appName(one.page).fill('Ещё правка')
    await appName(other.page).fill('Чужая правка')
    await save(other.page)
    await unsaved(other.page).waitFor({ state: 'detached' })
    await go(one.page, 'Сотрудники')
    await map(one.page, name, user)
    await one.page.getByText('Сопоставление не сохранено, ваши изменения остались на странице.').first().waitFor()
    await one.page.getByRole('button', { name: 'Загрузить новую версию' }).click()
    await go(one.page, 'Главная')
    expect(await appName(one.page).inputValue()).toBe('Ещё правка')
  })
})

it('nobody complained', () => {
  expect([...one.complaints, ...other.complaints]).toEqual([])
})
