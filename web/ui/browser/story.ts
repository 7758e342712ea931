// The steps of the first half hour, as a person takes them: what is pressed, and what must be seen before the next step. Nothing here
// asks the API.
import { expect } from 'vitest'
import type { Locator, Page } from 'playwright-core'

import type { Visit } from './browser'
import type { World } from './world'

export class Story {
  private page: Page
  private token = ''

  constructor(private world: World, private v: Visit) {
    this.page = v.page
  }

  async operatorCreatesTenant(name: string): Promise<void> {
    const { page } = this
    await page.goto(`${this.world.connector}/ui/`)
    await this.signIn(this.world.admin)
    await page.getByRole('button', { name: 'Новый клиент' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Название').fill(name)
    await form.getByRole('button', { name: 'Создать' }).click()
    await page.getByText(`Клиент «${name}» создан`).waitFor()
    this.token = await this.copied(page.getByRole('button', { name: 'Скопировать: Токен' }))
    await page.getByRole('button', { name: 'Сохранил, закрыть' }).click()
    await page.getByRole('button', { name: 'Выйти' }).click()
    await page.goto(`${this.world.connector}/ui/#/`)
  }

  async tenantSignsIn(name: string): Promise<void> {
    await this.signIn(this.token)
    await this.page.getByText(name, { exact: true }).first().waitFor()
    await this.page.getByText('Готово 0 из').waitFor()
  }

  async portalIsConnectedByCode(): Promise<void> {
    const { page } = this
    await this.step('Подключить портал').getByRole('link', { name: 'Подключить' }).click()
    const panel = page.getByRole('dialog')
    await panel.getByLabel('Код приложения (client_id)').fill('local.omniconnector')
    await panel.getByLabel('Ключ приложения (client_secret)').fill('emulated-client-secret')
    await panel.getByRole('button', { name: 'Получить код' }).click()
    const code = await this.copied(panel.getByRole('button', { name: 'Скопировать: Код подключения' }))

    const portal = await this.v.tab()
    await portal.goto(`${this.world.portal}/apps`)
    await portal.getByRole('button', { name: 'Установить', exact: true }).click()
    const frame = portal.frameLocator('iframe')
    await frame.getByLabel('Код подключения').fill(code)
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
    await card.getByRole('button', { name: 'Проверить и подключить' }).click()
    await card.getByText('Доступ работает: Магазин').waitFor()
  }

  async notificationsArePasted(): Promise<void> {
    const { page } = this
    const card = page.getByRole('region', { name: 'Уведомления', exact: true })
    await card.getByRole('button', { name: 'Получить готовые уведомления' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Получить новый секрет' }).click()
    const list = await this.copied(card.getByRole('button', { name: 'Скопировать все' }))
    expect(list, 'both secrets are in the notifications').not.toMatch(/SECRET-OF-THE/)

    const cabinet = await this.v.tab()
    await cabinet.goto(`${this.world.platform}/cabinet`)
    await cabinet.getByLabel('Список, как его копирует коннектор').focus()
    await cabinet.keyboard.press('Control+V')
    await cabinet.getByRole('button', { name: 'Сохранить список' }).click()
    await cabinet.getByRole('heading', { name: 'Уведомления: 13' }).waitFor()
    await cabinet.close()
    await card.getByRole('button', { name: 'Шаблоны вставлены' }).click()
  }

  async responsiblesAreSet(): Promise<void> {
    const { page } = this
    await this.menu('Обзор')
    await this.step('Прочитать справочники').getByText('сделано', { exact: true }).waitFor()
    await this.step('Сохранить настройки').getByRole('link').click()
    await this.choose('Для исходящих звонков', 'Мария Главная')
    await this.choose('Для входящих звонков', 'Мария Главная')
    await this.save(1)
  }

  async employeeIsMapped(): Promise<void> {
    const { page } = this
    await this.menu('Сотрудники')
    await page.getByText('Образцов Илья').waitFor()
    await screenNow(page)
  }

  private async menu(name: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
  }

  // choose picks one of a list that opens below a field.
  private async choose(field: string, option: string, within: Page | Locator = this.page): Promise<void> {
    await within.getByLabel(field, { exact: true }).click()
    await this.page.getByRole('option', { name: option }).click()
  }

  private async save(version: number): Promise<void> {
    await this.page.getByRole('button', { name: 'Сохранить', exact: true }).click()
    await this.page.getByText(new RegExp(`Настройки сохранены, версия ${version}|Сохранено. Посмотрите`)).first().waitFor()
  }

  private step(title: string): Locator {
    return this.page.getByRole('region', { name: 'Первые шаги' }).getByRole('listitem').filter({ hasText: title })
  }

  private async signIn(token: string): Promise<void> {
    await this.page.getByLabel('Токен').fill(token)
    await this.page.getByRole('button', { name: 'Войти' }).click()
  }

  // copied presses a button that copies and tells what is in the clipboard then.
  private async copied(button: Locator): Promise<string> {
    await button.click()
    await this.page.getByText('Скопировано').first().waitFor()
    const text = await this.page.evaluate(() => navigator.clipboard.readText())
    expect(text).not.toBe('')
    return text
  }
}

async function screenNow(page: Page): Promise<void> {
  await page.screenshot({ path: '/tmp/ffhQNOM/now.png' })
}
