// The steps that go on from the first half hour to conversations: chats are connected at both sides, switched on, and somebody writes.
import { expect } from 'vitest'
import type { Locator, Page } from 'playwright-core'

import { screen } from './browser'
import { Story } from './story'

export class ChatStory extends Story {
  // chatsAreConnected makes the adapter in the platform's cabinet, with the address that the connector showed with its secret, and gives
  // the connector the adapter's login.
  async chatsAreConnected(): Promise<void> {
    const { page } = this
    const cabinet = await this.v.tab()
    await cabinet.goto(`${this.world.platform}/cabinet#chats`)
    await cabinet.getByLabel('Адрес вебхуков (из коннектора)').fill(this.chatsUrl)
    await cabinet.getByRole('button', { name: 'Подключить чаты' }).click()
    await cabinet.getByText('Логин адаптера', { exact: true }).waitFor()
    await cabinet.locator('#chats').evaluate((e) => e.scrollIntoView())
    if (this.pictures) await screen(cabinet, 'guide-any-cabinet-chats', '')
    const said = (term: string): Promise<string> => cabinet.locator('dt', { hasText: term }).first().locator('xpath=following-sibling::dd[1]').innerText()
    const login = await said('Логин адаптера')
    const password = await said('Пароль адаптера')
    const api = await cabinet.locator('#chats + p code').innerText()
    await cabinet.close()

    await this.menu('Порталы')
    const card = page.getByRole('region', { name: 'Чаты платформы' })
    await card.getByText('WA магазин').waitFor() // the platform has told of the account already
    await card.getByRole('button', { name: 'Подключить свой адаптер' }).click()
    await card.getByRole('textbox', { name: 'Логин адаптера' }).fill(login)
    await card.getByRole('textbox', { name: 'Пароль' }).fill(password)
    await card.getByLabel('Адрес Chat API').fill(api)
    await card.evaluate((e) => e.scrollIntoView())
    await this.picture('chat-adapter')
    await card.getByRole('button', { name: 'Проверить и подключить' }).click()
    await card.getByText('Свой адаптер').waitFor()
  }

  async chatsAreSwitchedOn(): Promise<void> {
    const { page } = this
    await this.menu('Чаты')
    await page.getByRole('switch', { name: 'Чаты', exact: true }).click()
    await this.choose('Ответственный по умолчанию', 'Мария Главная')
    await this.top()
    await this.picture('chats')
    await page.getByRole('region', { name: 'Создание сущностей', exact: true }).evaluate((e) => e.scrollIntoView())
    await this.picture('chats-making')
    await this.menu('Офлайн-заявки')
    await page.getByRole('switch', { name: 'Офлайн-заявки', exact: true }).click()
    await this.choose('Ответственный по умолчанию', 'Мария Главная')
    await this.top()
    await this.picture('offline')
    await this.save(4)
  }

  // somebodyWrites at the platform's page, and an employee answers there.
  async somebodyWrites(): Promise<void> {
    const { page } = this
    await this.menu('Журнал')
    const platform = await this.v.tab()
    await platform.goto(`${this.world.platform}/chats`)
    await platform.getByLabel('Канал').selectOption({ label: 'WA магазин (whatsapp)' })
    await platform.getByLabel('Телефон, @имя или почта').fill('79000000031')
    await platform.getByLabel('Имя', { exact: true }).first().fill('Ирина')
    await platform.getByLabel('Сообщение').first().fill('Здравствуйте! Диван ещё есть?')
    await platform.getByRole('button', { name: 'Начать чат' }).click()
    await this.says(platform, 'operator', 'Есть, в двух цветах. Какой показать?')
    await this.says(platform, 'visitor', 'Такой', true)
    await this.says(platform, 'operator', 'Это серый, он на складе.')
    if (this.pictures) await screen(platform, 'guide-any-platform-chat', '')

    await platform.goto(`${this.world.platform}/chats`)
    const request = platform.locator('form[action="/chats/request"]')
    await request.getByLabel('Имя').fill('Олег')
    await request.getByLabel('Телефон').fill('79000000034')
    await request.getByLabel('Сообщение').fill('Перезвоните завтра после десяти')
    await request.getByRole('button', { name: 'Оставить офлайн-заявку' }).click()
    await platform.getByRole('heading', { name: 'Офлайн-заявки' }).waitFor()
    await platform.close()

    await page.getByRole('link', { name: 'Олег' }).waitFor()
    await this.chat().getByText(/^Лид \d+/).waitFor()
    await this.picture('journal-chats', true)
  }

  async conversationIsExplained(): Promise<void> {
    const { page } = this
    await this.chat().getByRole('link', { name: 'Ирина', exact: true }).click()
    await page.getByText('фото.png').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('[data-message]').length >= 4 && !document.querySelector('[data-words]:not([data-words="there"])'))
    await page.getByRole('region', { name: 'Решено' }).getByText('Ирина').first().waitFor()
    await page.evaluate(() => document.querySelector('main#content h1')?.scrollIntoView({ block: 'center' }))
    await this.picture('conversation')
    await page.getByRole('region', { name: 'Решено' }).evaluate((e) => e.scrollIntoView())
    await this.picture('conversation-why')
  }

  async wordsAreInThePortal(): Promise<void> {
    const opening = this.page.waitForEvent('popup')
    await this.page.getByRole('link', { name: /^Лид \d+: открыть в портале/ }).first().click()
    const portal = await opening
    await portal.getByText('Здравствуйте! Диван ещё есть?').first().waitFor()
    expect(await portal.getByText('Это серый, он на складе.').count()).toBeGreaterThan(0)
    await portal.getByText('Здравствуйте! Диван ещё есть?').first().evaluate((e) => e.scrollIntoView({ block: 'center' }))
    if (this.pictures) await screen(portal, 'guide-any-chat-lead', '')
    await portal.close()
  }

  private chat(): Locator {
    return this.page.locator('[data-row*="/chat:"]')
  }

  private async top(): Promise<void> {
    await this.page.getByRole('switch').first().evaluate((e) => e.scrollIntoView({ block: 'center' }))
  }

  private async says(platform: Page, who: 'operator' | 'visitor', text: string, photo = false): Promise<void> {
    const form = platform.locator('form', { has: platform.locator(`button[value=${who}]`) })
    await form.locator('input[name=text]').fill(text)
    if (photo) await form.getByLabel('с фото').check()
    await form.locator(`button[value=${who}]`).click()
    await platform.getByText(text).first().waitFor()
  }
}
