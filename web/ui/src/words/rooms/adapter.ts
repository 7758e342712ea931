import { words } from '..'

export default words(
  {
    title: 'Чаты платформы', what: 'Через адаптер Chat API платформа присылает переписку: чаты, сообщения, файлы.', state: { own: 'Свой адаптер', shared: 'Общий адаптер', none: 'Не подключены' },
    how: {
      own: 'Чаты приходят через адаптер вашего аккаунта.', shared: 'Чаты приходят через общий адаптер этой установки: вводить ничего не нужно. Подключить интеграцию к своему аккаунту можно в личном кабинете платформы.',
      none: 'Попросите у платформы доступ к Chat API: она создаст адаптер, пришлёт его логин и пароль и укажет в нём адрес ниже. Чаты при этом работают и без телефонии.',
    },
    url: 'Адрес Chat API', urlWhat: 'Оставьте пустым для UIS и CoMagic.', login: 'Логин адаптера', loginWhat: 'Не путайте с логином сотрудника.', passwordWhat: 'Не показывается.', user: 'Логин для вебхуков',
    auth: 'Подпись вебхуков', authWhat: 'Кроме секрета в адресе. Пароль или токен придумаем мы и покажем один раз.', auths: { none: 'Нет', basic: 'Логин и пароль', bearer: 'Токен' },
    webhook: 'Адрес вебхуков', webhookWhat: 'Передайте его платформе как webhook_url. Вместо SECRET-OF-THE-ADDRESS подставьте секрет в адресе; «Получить готовые уведомления» ниже покажет этот адрес целиком, один раз.',
    drawn: 'Пароль или токен вебхуков', drawnWhat: 'Показывается один раз: передайте его платформе, прежде чем уйти со страницы.', heard: 'Последнее событие чатов', never: 'ещё не было',
    accounts: 'Что подключено', noChannels: 'Каналов пока нет: подключите их в личном кабинете платформы.', give: 'Подключить свой адаптер', saved: 'Адаптер чатов подключён',
    partTitle: 'Отключить адаптер чатов?', partWhat: 'Логин адаптера, его аккаунты и каналы будут забыты, новая переписка приходить не будет. Настройки и журнал сохранятся.',
  },
  {
    title: 'The platform’s chats', what: 'Through an adapter of the Chat API the platform sends conversations: chats, messages, files.', state: { own: 'Own adapter', shared: 'Shared adapter', none: 'Not connected' },
    how: {
      own: 'Chats come through the adapter of your account.', shared: 'Chats come through the shared adapter of this installation: nothing needs to be entered. The integration is connected to your account in the platform’s cabinet.',
      none: 'Ask the platform for access to the Chat API: it makes an adapter, sends you its login and password, and gives it the address below. Chats work without telephony, too.',
    },
    url: 'Address of the Chat API', urlWhat: 'Leave empty for UIS and CoMagic.', login: 'Login of the adapter', loginWhat: 'Not the login of an employee.', passwordWhat: 'It is not shown.', user: 'Login of webhooks',
    auth: 'Proof of webhooks', authWhat: 'Beside the secret in the address. We draw the password or token and show it once.', auths: { none: 'None', basic: 'Login and password', bearer: 'Token' },
    webhook: 'Address of webhooks', webhookWhat: 'Give it to the platform as webhook_url. Put the secret of the address in place of SECRET-OF-THE-ADDRESS; “Get ready notifications” below shows this address whole, once.',
    drawn: 'Password or token of webhooks', drawnWhat: 'It is shown once: give it to the platform before you leave the page.', heard: 'Last event of chats', never: 'none yet',
    accounts: 'What is connected', noChannels: 'No channels yet: connect them in the platform’s cabinet.', give: 'Connect an adapter of your own', saved: 'The adapter of chats is connected',
    partTitle: 'Disconnect the adapter of chats?', partWhat: 'The adapter’s login, its accounts and channels are forgotten, and no new conversations come. Settings and journal are kept.',
  },
)
