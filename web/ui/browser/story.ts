// The steps of the first half hour, as a person takes them: what is pressed, and what must be seen before the next step. Nothing here
// asks the API. On the way it takes the pictures of the administrator's guide.
import { expect } from 'vitest'
import type { Locator, Page } from 'playwright-core'

import { screen, settled, type Visit } from './browser'
import type { World } from './world'

export class Story {
  protected page: Page
  protected chatsUrl = '' // of webhooks of chats, with the secret that is shown once
  private token = ''

  constructor(protected world: World, protected v: Visit, protected pictures: boolean) {
    this.page = v.page
  }

  async operatorCreatesTenant(name: string): Promise<void> {
    const { page } = this
    await page.goto(`${this.world.connector}/`)
    await this.signIn(this.world.admin)
    await page.getByRole('button', { name: 'Новый клиент' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Название').fill(name)
    await form.getByRole('button', { name: 'Создать' }).click()
    await page.getByText(`Клиент «${name}» создан`).waitFor()
    await this.picture('tenant')
    this.token = await this.copied(page.getByRole('button', { name: 'Скопировать: Токен' }))
    await page.getByRole('button', { name: 'Сохранил, закрыть' }).click()
    await page.getByRole('button', { name: 'Выйти' }).click()
  }

  async tenantSignsIn(name: string): Promise<void> {
    await this.signIn(this.token)
    await this.page.getByText(name, { exact: true }).first().waitFor()
    await this.page.getByText('Готово 0 из').waitFor()
    await this.picture('first-steps', true)
  }

  async portalIsConnectedByCode(): Promise<void> {
    const { page } = this
    await this.step('Подключить портал').getByRole('link', { name: 'Подключить' }).click()
    const panel = page.getByRole('dialog')
    await panel.getByLabel('Код приложения (client_id)').fill('local.omniconnector')
    await panel.getByLabel('Ключ приложения (client_secret)').fill('emulated-client-secret')
    await this.picture('portal')
    await panel.getByRole('button', { name: 'Получить код' }).click()
    const code = await this.copied(panel.getByRole('button', { name: 'Скопировать: Код подключения' }))

    const portal = await this.v.tab()
    await portal.goto(`${this.world.portal}/apps`)
    await portal.getByRole('button', { name: 'Установить', exact: true }).click()
    const frame = portal.frameLocator('iframe')
    await frame.getByLabel('Код подключения').fill(code)
    if (this.pictures) await screen(portal, 'guide-any-code', '')
    await frame.getByRole('button', { name: 'Подключить портал' }).click()
    await frame.getByText('Работает', { exact: true }).waitFor() // installed: the portal shows the application's own page
    await portal.close()

    await panel.getByRole('button', { name: 'Закрыть' }).last().click()
    await page.getByText('Работает').first().waitFor()
  }

  async platformIsConnected(): Promise<void> {
    const { page } = this
    const cabinet = await this.v.tab()
    await cabinet.goto(`${this.world.platform}/cabinet`)
    const key = (await cabinet.locator('#key').innerText()).trim()
    await cabinet.close()

    const card = page.getByRole('region', { name: 'Платформа телефонии' })
    await card.getByRole('radio', { name: 'Другие адреса' }).click()
    await card.getByLabel('Адрес Data API').fill(`${this.world.platform}/dataapi/v2.0`)
    await card.getByLabel('Адрес Call API').fill(`${this.world.platform}/callapi/v4.0`)
    await card.getByLabel('Ключ API').fill(key)
    await card.evaluate((e) => e.scrollIntoView())
    await this.picture('platform')
    await card.getByRole('button', { name: 'Проверить и подключить' }).click()
    await card.getByText('Доступ работает: Магазин').waitFor()
  }

  async notificationsArePasted(): Promise<void> {
    const { page } = this
    const card = page.getByRole('region', { name: 'Уведомления', exact: true })
    await card.getByRole('button', { name: 'Получить готовые уведомления' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Получить новый секрет' }).click()
    this.chatsUrl = await card.locator('code').filter({ hasText: /\/chats$/ }).innerText()
    const list = await this.copied(card.getByRole('button', { name: 'Скопировать все' }))
    await this.picture('notifications')
    expect(list, 'both secrets are in the notifications').not.toMatch(/SECRET-OF-THE/)

    const cabinet = await this.v.tab()
    await cabinet.goto(`${this.world.platform}/cabinet`)
    await cabinet.getByLabel('Список, как его копирует коннектор').focus()
    await cabinet.keyboard.press('Control+V')
    await cabinet.getByRole('button', { name: 'Сохранить список' }).click()
    await cabinet.getByRole('heading', { name: 'Уведомления: 14' }).waitFor()
    await cabinet.close()
    await card.getByRole('button', { name: 'Шаблоны вставлены' }).click()
  }

  async responsiblesAreSet(): Promise<void> {
    await this.menu('Обзор')
    await this.step('Прочитать справочники').getByText('сделано', { exact: true }).waitFor()
    await this.step('Сохранить настройки').getByRole('link').click()
    await this.choose('Для исходящих звонков', 'Мария Главная')
    await this.choose('Для входящих звонков', 'Мария Главная')
    await this.picture('responsibles')
    await this.save(1)
  }

  async employeeIsMapped(): Promise<void> {
    const { page } = this
    await this.menu('Сотрудники')
    const list = page.getByRole('region', { name: 'Сотрудники и пользователи портала' })
    await list.getByText('по e-mail', { exact: true }).nth(3).waitFor()
    await list.evaluate((e) => e.scrollIntoView())
    await this.picture('employees')
    await list.getByText('Только без пользователя (1)').click()
    const alone = list.getByRole('listitem')
    const name = await alone.locator('p').first().innerText()
    await this.choose(`Пользователь портала для сотрудника ${name}`, 'Мария Главная')
    await page.getByText('Сопоставление сохранено, версия настроек 2', { exact: true }).waitFor()
    await list.getByText('У каждого сотрудника есть пользователь портала.').waitFor()
  }

  // funnelRule sends what comes to a number, from a campaign or from a site, into a stage of its own: conditions inside conditions.
  async funnelRuleIsAdded(): Promise<void> {
    const { page } = this
    await this.menu('Телефония')
    await this.tabOf('Воронки')
    const calls = page.getByRole('region', { name: 'Входящие звонки' })
    await calls.getByRole('button', { name: 'Добавить правило' }).click()
    await calls.getByLabel('Название правила: Правило 1').fill('Реклама')
    await this.choose('Стадия', 'В работе', calls.locator('[data-index="0"]'))
    await calls.getByRole('button', { name: 'Фильтр правила «Реклама»' }).click()

    const filter = page.getByRole('dialog')
    await filter.getByRole('button', { name: 'Добавить условие' }).click()
    await this.condition(filter, 0, 'Виртуальный номер', '74950000101')
    await filter.getByRole('button', { name: 'Добавить группу' }).click()
    await this.condition(filter, 1, 'Рекламная кампания', 'Поиск')
    const group = filter.getByRole('group', { name: 'Группа условий' })
    await group.getByRole('button', { name: 'Добавить условие' }).click()
    await this.condition(filter, 2, 'Сайт', 'landing.shop.example')
    expect(await group.getByRole('radio', { name: 'ИЛИ' }).getAttribute('aria-checked')).toBe('true')
    await this.picture('filter')
    await filter.getByRole('button', { name: 'Готово' }).click()
    await calls.getByRole('button', { name: 'Фильтр: 3 условия' }).waitFor()
  }

  async templateIsAdded(): Promise<void> {
    const { page } = this
    await this.tabOf('Шаблоны')
    await page.getByRole('button', { name: 'Добавить шаблон: Лид, Входящие звонки' }).click()
    await page.getByRole('textbox', { name: 'Шаблон 1' }).fill('Реклама: ')
    await page.getByRole('button', { name: 'Вставить переменную: Шаблон 1' }).click()
    await page.getByRole('option', { name: 'Рекламная кампания' }).first().click()
    await page.getByRole('button', { name: 'Показать, что получится: Шаблон 1' }).click()
    await page.getByText('Реклама: Поиск').waitFor()
    await this.picture('template')
  }

  // simulated tries the unsaved draft on a call that nobody made.
  async draftIsSimulated(): Promise<void> {
    const { page } = this
    await this.menu('Симуляция')
    await this.tabOf('Придуманный звонок')
    await page.getByText('Проверяется черновик').waitFor()
    await this.choose('Виртуальный номер', '74950000101')
    await this.choose('Сотрудник', 'Тестова Анна')
    await page.getByText('Сценарий, кампания, сайт…').click()
    await this.choose('Рекламная кампания', 'Поиск')
    await page.getByRole('button', { name: 'Проверить', exact: true }).click()
    const effects = page.getByRole('region', { name: 'Что останется в CRM' })
    await effects.getByText('Реклама: Поиск').first().waitFor()
    await page.waitForFunction(() => (document.querySelector('[aria-label="Что останется в CRM"]')?.getBoundingClientRect().top ?? innerHeight) < innerHeight / 2) // the verdict is in sight
    await page.getByText('Воронка и стадия — по правилу «Реклама»: В работе.').waitFor()
    await this.picture('simulation')
    await this.save(3)
  }

  async callArrives(): Promise<void> {
    const { page } = this
    await this.menu('Журнал')
    await page.getByText('Обновляется').waitFor()
    const platform = await this.v.tab()
    await platform.goto(this.world.platform)
    await platform.getByRole('button', { name: 'incoming-answered' }).click()
    await platform.getByRole('cell', { name: 'call_incoming', exact: true }).waitFor()
    await page.bringToFront() // the platform's page stays open: it goes on showing what is sent
    await page.getByText('+7 900 000-00-01').waitFor()
    await page.getByText('CRM работает с лидами: создаём лид «Реклама: Поиск».').waitFor()
    await this.picture('journal', true)
  }

  async callIsExplained(): Promise<void> {
    const { page } = this
    await page.getByRole('link', { name: '+7 900 000-00-01' }).click()
    await page.getByText('По номеру ничего не найдено: звонок первичный.').waitFor()
    await page.getByText('Новая запись — ответственный Анна Тестова: звонок был адресован этому сотруднику.').waitFor()
    await page.getByText('Название — по шаблону 1: «Реклама: Поиск».').waitFor()
    const rule = page.getByRole('listitem').filter({ hasText: 'Воронка и стадия — по правилу «Реклама»: В работе.' }).last()
    const marks = await rule.locator('ul li > div').evaluateAll((rows) => rows.map((r) => `${r.querySelector('[role=img]')?.getAttribute('aria-label')}: ${r.textContent?.trim().split(' — ')[0]}`))
    expect(marks).toEqual([
      'выполнено: Группа: выполнены все условия', 'выполнено: «Виртуальный номер» включает 74950000101', 'выполнено: Группа: выполнено хотя бы одно условие',
      'выполнено: «Рекламная кампания» включает Поиск', 'не выполнено: «Сайт» включает landing.shop.example',
    ])
    await this.picture('call', true)
  }

  async reasonsAreTranslated(): Promise<void> {
    const { page } = this
    const told = { en: 'The new record goes to Анна Тестова, whom the call was addressed to.', ru: 'Новая запись — ответственный Анна Тестова: звонок был адресован этому сотруднику.' }
    for (const lang of ['en', 'ru'] as const) {
      await page.getByRole('button', { name: /^(Язык|Language)$/ }).click()
      await page.getByText(told[lang]).waitFor()
      await page.getByRole('heading', { name: /^(Решено|Decided)/ }).evaluate((e) => e.scrollIntoView())
      if (this.pictures) await screen(page, `guide-${lang}-why`)
    }
  }

  async leadIsInThePortal(): Promise<void> {
    const opening = this.page.waitForEvent('popup')
    await this.page.getByRole('link', { name: 'открыть в портале' }).first().click()
    const portal = await opening
    await portal.getByRole('heading', { name: 'Реклама: Поиск' }).waitFor()
    await portal.getByText('Анна Тестова').first().waitFor()
    await portal.getByText('+79000000001').first().waitFor()
    if (this.pictures) await screen(portal, 'guide-any-lead', '')
    await portal.close()
  }

  async nothingIsLeftToSetUp(): Promise<void> {
    await this.menu('Обзор')
    await this.page.getByText('Звонков сейчас').waitFor()
    expect(await this.page.getByRole('region', { name: 'Первые шаги' }).count()).toBe(0)
    await this.picture('overview', true)
  }

  protected async menu(name: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
  }

  // choose picks one of a list that opens below a field.
  protected async choose(field: string, option: string, within: Page | Locator = this.page, n = 0): Promise<void> {
    await within.getByLabel(field, { exact: true }).nth(n).click()
    await this.page.getByRole('option', { name: option, exact: true }).or(this.page.getByRole('option', { name: option })).first().click()
    await this.page.getByRole('listbox').first().waitFor({ state: 'hidden' }) // the focus is back at the field
  }

  private async tabOf(name: string): Promise<void> {
    await this.page.getByRole('tab', { name, exact: true }).or(this.page.getByRole('main').getByRole('link', { name, exact: true })).click()
  }

  // condition fills the n-th condition of a filter: its parameter, and one value.
  private async condition(filter: Locator, n: number, parameter: string, value: string): Promise<void> {
    await this.choose('Параметр', parameter, filter, n)
    const values = filter.locator('[data-pointer$="/values"] input').nth(n)
    await values.fill(value)
    await this.page.getByRole('option', { name: value }).first().click()
    await values.press('Escape')
  }

  protected async save(version: number): Promise<void> {
    await this.page.getByRole('button', { name: 'Сохранить', exact: true }).click()
    await this.page.getByText(new RegExp(`Настройки сохранены, версия ${version}|Сохранено. Посмотрите`)).first().waitFor()
  }

  // picture keeps what is shown for the guide, in both languages. What the API has said is asked for anew by a reload.
  protected async picture(name: string, reload = false): Promise<void> {
    if (!this.pictures) return
    for (const lang of ['en', 'ru']) {
      await this.page.locator('button:is([aria-label="Язык"], [aria-label="Language"])').evaluate((b: HTMLButtonElement) => b.click())
      await this.page.locator(`html[lang=${lang}]`).waitFor({ state: 'attached' })
      if (reload) await this.page.reload()
      await settled(this.page)
      await screen(this.page, `guide-${lang}-${name}`)
    }
  }

  private step(title: string): Locator {
    return this.page.getByRole('region', { name: 'Первые шаги' }).getByRole('listitem').filter({ hasText: title })
  }

  private async signIn(token: string): Promise<void> {
    await this.page.getByLabel('Токен').fill(token)
    await this.page.getByRole('button', { name: 'Войти' }).click()
  }

  // copied presses a button that copies and tells what is in the clipboard then.
  protected async copied(button: Locator): Promise<string> {
    await button.click()
    await this.page.getByText('Скопировано').first().waitFor()
    const text = await this.page.evaluate(() => navigator.clipboard.readText())
    expect(text).not.toBe('')
    return text
  }
}
