import { words } from '..'

export default words(
  {
    state: { ok: 'Работает', reauthorise: 'Нужна повторная авторизация', blocked: 'Заблокирован', disconnected: 'Отключён' },
    trouble: { ok: '', disconnected: '', reauthorise: 'Портал не пускает коннектор с {since}', blocked: 'Портал блокирует запросы с {since}' },
    troubleWhat: {
      ok: '', disconnected: '', reauthorise: 'События копятся и не теряются. Подключите портал заново или проверьте связь, если доступ уже вернули.',
      blocked: 'События копятся и не теряются. Узнайте у администратора портала, за что запросы заблокированы, и проверьте связь после разблокировки.',
    },
    add: 'Подключить портал', none: 'Портал ещё не подключён', noneWhat: 'Подключите портал Битрикс24, чтобы звонки попадали в его CRM. Проще всего — по коду из приложения внутри портала.',
    gone: 'Отключён {since}. Настройки и журнал сохранены: подключите портал снова, и всё продолжится.', again: 'Подключить заново', index: 'Перечитать индекс клиентов', indexing: 'Индекс клиентов читается заново. Ход — на странице «Задания».',
    test: 'Проверить связь', part: 'Отключить', parted: 'Портал «{name}» отключён', partTitle: 'Отключить портал «{name}»?',
    partWhat: 'Звонки перестанут попадать в CRM этого портала. Настройки и журнал сохранятся, портал можно подключить снова.',
    checked: {
      fine: 'Связь есть, всех прав хватает', poor: 'Связь есть, но не всё будет работать', noAdmin: 'Доступ выдан от имени пользователя {user}, а он не администратор. Подключите портал от имени администратора: фоновая работа идёт от его имени.',
      notInstalled: 'Приложение в портале не установлено до конца. Откройте его в портале и завершите установку.', missing: 'Не хватает прав: {list}. Добавьте их приложению в портале и подключите портал заново.',
      found: 'Есть права: {list}.', rest: 'Кроме того, приложению разрешено: {list}.',
    },
    scopes: { crm: 'CRM', telephony: 'телефония', user: 'сотрудники', timeman: 'рабочее время', im: 'чаты', placement: 'встраивание в интерфейс', imopenlines: 'открытые линии', imconnector: 'внешние каналы', contact_center: 'контакт-центр' },
    sync: 'Синхронизировать', syncing: 'Читаем справочники…', synced: 'Справочники обновлены.', syncFailed: 'Синхронизация не удалась.', syncWhat: 'Сотрудники, воронки, стадии, поля и номера обеих сторон.',
    import: {
      title: 'Импорт истории звонков', from: 'С', till: 'По', start: 'Импортировать',
      what: 'Создаёт в CRM то, чего там ещё нет, — так, будто звонок завершился только что. Карточки не показываются, сообщений сотрудникам нет. О чём коннектор уже знает, второй раз не появится. Период — не больше года.',
      reading: 'Спрашиваем платформу…', running: 'Прочитано {done} из {total}', done: 'Готово. Звонков в периоде: {done}',
    },
    code: {
      tab: 'По коду', other: 'По токенам', draw: 'Получить код', drawn: 'Код подключения', till: 'Действует до {till}, один раз.', next: 'Установите приложение в портале — откроется его страница. Введите на ней код: портал подключится и появится в этом списке.',
      what: 'Создайте в портале «Разработчикам → Другое → Локальное приложение» с адресами и правами ниже, впишите его ключи и получите код. Токены переносить не нужно.', whatMarket: 'Установите приложение из Маркета Битрикс24 и введите код на его первой странице.',
      handler: 'Путь вашего обработчика', install: 'Путь для первоначальной установки', scopes: 'Права',
    },
    connect: {
      title: 'Подключение портала', again: 'Повторное подключение: {name}', go: 'Подключить', more: 'Дополнительно', done: 'Портал «{name}» подключён', doneWhat: 'Справочники читаются: через несколько секунд в настройках появятся сотрудники, воронки и стадии.',
      how: 'Нужны ключи локального приложения: «Разработчикам → Другое → Локальное приложение» с правами CRM, телефония и пользователи. Устанавливать его должен администратор.',
      paste: 'Ответ сервера авторизации', pasteWhat: 'Вставьте сюда JSON, который портал выдал в обмен на код, — поля ниже заполнятся сами.', notUnderstood: 'Это не похоже на ответ сервера авторизации. Вставьте JSON целиком или заполните поля сами.', understood: 'Поля заполнены. Проверьте остальные.',
      fields: {
        endpoint: 'Домен портала', name: 'Название', client_id: 'Код приложения (client_id)', client_secret: 'Ключ приложения (client_secret)', member_id: 'Идентификатор портала (member_id)', access_token: 'Токен доступа (access_token)', refresh_token: 'Токен обновления (refresh_token)',
        application_token: 'Токен приложения (application_token)', expires_in: 'Срок токена доступа, секунд', oauth_url: 'Адрес сервера авторизации', rate: 'Запросов в секунду', burst: 'Запросов подряд',
      },
      what: {
        endpoint: 'Например, company.bitrix24.ru.', name: 'Чтобы отличать порталы друг от друга. Если не задать, будет домен.', client_id: 'Показан в карточке локального приложения.', client_secret: 'Там же. Хранится зашифрованным и больше не показывается.',
        member_id: 'Постоянный ключ портала, приходит вместе с токенами.', access_token: 'Приходит в обмен на код авторизации. Не показывается.', refresh_token: 'Приходит вместе с токеном доступа. Не показывается.',
        application_token: 'Им портал подписывает свои события. Если не задать, возьмётся из первого события установки.', expires_in: 'Если не задать, токен доступа будет обновлён при первой необходимости.', oauth_url: 'Нужен только для коробочных порталов; иначе — сервер Битрикс24.',
        rate: 'Сколько запросов в секунду разрешает тариф портала. Если не задать — как у всей установки.', burst: 'Сколько запросов портал принимает сразу. Если не задать — как у всей установки.',
      },
    },
    platform: {
      title: 'Платформа телефонии', what: 'UIS, CoMagic или Novofon: справочники, история, звонки по клику.', connected: 'Подключена', none: 'Не подключена', brand: 'Марка', brands: { uis: 'UIS', comagic: 'CoMagic', novofon: 'Novofon', other: 'Другие адреса' },
      dataURL: 'Адрес Data API', callURL: 'Адрес Call API', sign: 'Способ входа', signs: { token: 'Ключ', password: 'Логин и пароль' }, app: 'Номер аккаунта', user: 'Клиент (user_id)', userWhat: 'Нужен только партнёру, который действует за клиента.', savedAt: 'Сохранено',
      token: 'Ключ API', tokenWhat: '«Аккаунт → Пользователи»: пользователь с правами «Доступ к Call API», «Доступ к Data API» и «Доступ по ключу». В «Белый список IP» внесите адрес коннектора — отдельно для каждого API. Ключ проверяется до сохранения и больше не показывается.',
      login: 'Логин', password: 'Пароль', connect: 'Проверить и подключить', change: 'Изменить доступ', saved: 'Платформа подключена', works: 'Доступ работает: {name}, аккаунт {id}', partly: 'Доступ есть, но работает не всё: {name}, аккаунт {id}', zone: 'Часовой пояс аккаунта: {zone}',
      partTitle: 'Отключить платформу телефонии?', partWhat: 'Доступ и справочник платформы будут забыты. Звонки по уведомлениям продолжат приходить, но звонков по клику, истории и поиска пропущенных уведомлений не будет.',
    },
    hooks: {
      title: 'Уведомления', what: 'Их платформа присылает о каждом звонке. Без них звонков в коннекторе не будет.',
      how: { 1: 'В личном кабинете платформы откройте «Уведомления → HTTP-уведомления».', 2: 'На каждый пункт ниже создайте уведомление: метод, адрес, заголовок и тело скопируйте отсюда. Нужны по меньшей мере входящий звонок, ожидание ответа, начало разговора, завершение, потерянный звонок и запись.', 3: 'Сделайте пробный звонок и откройте журнал.' },
      secrets: 'Секреты', path: 'Секрет в адресе', body: 'Секрет в теле', created: 'создан', until: 'действует до', rotate: 'Заменить', rotateTitle: { path: 'Новый секрет в адресе', body: 'Новый секрет в теле', both: 'Готовые уведомления' },
      rotateWhat: 'Новый секрет показывается один раз. Прежний ещё принимается, чтобы вы успели обновить уведомления в кабинете платформы.', overlap: 'Прежний секрет действует ещё', overlapWhat: 'Если секрет мог утечь, выберите меньше.', hours: { h1: 'час', h24: 'сутки', h168: 'неделю', h720: '30 дней' }, draw: 'Получить новый секрет',
      drawn: 'Новый секрет подставлен в шаблоны ниже', drawnWhat: 'Показывается один раз: вставьте шаблоны в кабинет платформы, прежде чем уйти со страницы. Вместо второго секрета, который вы не меняли, стоит заглушка — оставьте прежний.', kept: 'Шаблоны вставлены',
      variant: 'Вид уведомлений', variantWhat: 'Если в кабинете нет JSON, выберите форму или GET.', variants: { json: 'JSON', form: 'Форма', get: 'GET' },
      placeholders: 'Секреты показываются один раз, при создании. Здесь вместо них SECRET-OF-THE-ADDRESS и SECRET-OF-THE-TEMPLATE: подставьте свои или получите готовые уведомления с новыми секретами.', both: 'Получить готовые уведомления', bothWhat: 'Секреты показываются один раз: вставьте уведомления в кабинет платформы, прежде чем уйти со страницы.', all: 'Скопировать все', url: 'Адрес', type: 'Content-Type', text: 'Тело',
    },
  },
  {
    state: { ok: 'Works', reauthorise: 'To be authorised again', blocked: 'Blocked', disconnected: 'Disconnected' },
    trouble: { ok: '', disconnected: '', reauthorise: 'The portal has not let the connector in since {since}', blocked: 'The portal has blocked requests since {since}' },
    troubleWhat: {
      ok: '', disconnected: '', reauthorise: 'Events are kept and not lost. Connect the portal again, or test the connection if access was given back.',
      blocked: 'Events are kept and not lost. Ask the portal’s administrator why requests are blocked, and test the connection afterwards.',
    },
    add: 'Connect a portal', none: 'No portal is connected yet', noneWhat: 'Connect a Bitrix24 portal so that calls get into its CRM. The simplest way is a code, entered in the application inside the portal.',
    gone: 'Disconnected {since}. Settings and journal are kept: connect the portal again and all goes on.', again: 'Connect again', index: 'Read the index of customers anew', indexing: 'The index of customers is being read. The page “Jobs” tells how far it is.',
    test: 'Test the connection', part: 'Disconnect', parted: 'The portal “{name}” is disconnected', partTitle: 'Disconnect the portal “{name}”?',
    partWhat: 'Calls will not get into the CRM of this portal any more. Settings and journal are kept, and the portal can be connected again.',
    checked: {
      fine: 'Connected, with all permissions', poor: 'Connected, but not everything will work', noAdmin: 'The access is user {user}’s, who is no administrator. Connect the portal as an administrator: background work is done in their name.',
      notInstalled: 'The application is not fully installed in the portal. Open it there and finish the installation.', missing: 'Permissions are missing: {list}. Add them to the application in the portal and connect it again.',
      found: 'Permissions found: {list}.', rest: 'The application may also: {list}.',
    },
    scopes: { crm: 'CRM', telephony: 'telephony', user: 'users', timeman: 'working time', im: 'chats', placement: 'placements', imopenlines: 'open lines', imconnector: 'external channels', contact_center: 'contact centre' },
    sync: 'Synchronise', syncing: 'Reading the directories…', synced: 'The directories are up to date.', syncFailed: 'The synchronisation failed.', syncWhat: 'Employees, funnels, stages, fields and numbers of both sides.',
    import: {
      title: 'Import of past calls', from: 'From', till: 'Till', start: 'Import',
      what: 'Makes in the CRM what is not there yet, as if the call had ended just now. No cards are shown and no messages sent. What the connector knows already does not appear twice. A year at most.',
      reading: 'Asking the platform…', running: '{done} of {total} read', done: 'Done. Calls in the range: {done}',
    },
    code: {
      tab: 'By code', other: 'By tokens', draw: 'Draw a code', drawn: 'Connection code', till: 'Valid till {till}, once.', next: 'Install the application in the portal: its page opens. Enter the code there; the portal connects and appears in this list.',
      what: 'Make a “Developer resources → Other → Local application” in the portal with the addresses and permissions below, enter its keys and draw a code. No tokens need to be carried over.', whatMarket: 'Install the application from the Bitrix24 marketplace and enter the code on its first page.',
      handler: 'Your handler path', install: 'Initial installation path', scopes: 'Permissions',
    },
    connect: {
      title: 'Connect a portal', again: 'Connect again: {name}', go: 'Connect', more: 'More', done: 'The portal “{name}” is connected', doneWhat: 'The directories are being read: employees, funnels and stages appear in the settings within seconds.',
      how: 'Needs the keys of a local application: “Developer resources → Other → Local application”, with the permissions CRM, telephony and users. An administrator has to install it.',
      paste: 'Answer of the authorisation server', pasteWhat: 'Paste the JSON that was given in exchange for the code: it fills the fields below.', notUnderstood: 'This does not look like an answer of the authorisation server. Paste the whole JSON, or fill in the fields yourself.', understood: 'The fields are filled in. Look at the rest.',
      fields: {
        endpoint: 'Domain of the portal', name: 'Name', client_id: 'Application code (client_id)', client_secret: 'Application key (client_secret)', member_id: 'Portal’s identifier (member_id)', access_token: 'Access token (access_token)', refresh_token: 'Refresh token (refresh_token)',
        application_token: 'Application token (application_token)', expires_in: 'Life of the access token, seconds', oauth_url: 'Address of the authorisation server', rate: 'Requests per second', burst: 'Requests at once',
      },
      what: {
        endpoint: 'For example company.bitrix24.com.', name: 'To tell portals apart. The domain when left empty.', client_id: 'Shown in the card of the local application.', client_secret: 'Shown there too. Kept encrypted, and never shown again.',
        member_id: 'The portal’s lasting key, which comes with the tokens.', access_token: 'Comes in exchange for the authorisation code. Never shown.', refresh_token: 'Comes with the access token. Never shown.',
        application_token: 'The portal proves its events with it. When left empty it is taken from the first event of the installation.', expires_in: 'When left empty, the access token is renewed as soon as need be.', oauth_url: 'Only for self-hosted portals; the vendor’s otherwise.',
        rate: 'Requests per second that the portal’s plan allows. The installation’s when left empty.', burst: 'Requests that the portal takes at once. The installation’s when left empty.',
      },
    },
    platform: {
      title: 'Telephony platform', what: 'UIS, CoMagic or Novofon: directories, history, click to call.', connected: 'Connected', none: 'Not connected', brand: 'Brand', brands: { uis: 'UIS', comagic: 'CoMagic', novofon: 'Novofon', other: 'Other addresses' },
      dataURL: 'Address of the Data API', callURL: 'Address of the Call API', sign: 'How to sign in', signs: { token: 'Key', password: 'Login and password' }, app: 'Account number', user: 'Client (user_id)', userWhat: 'Only for partners that act for a client.', savedAt: 'Saved',
      token: 'API key', tokenWhat: '“Account → Users”: a user with access to the Call API, to the Data API and by key. Put the connector’s address on the IP white list, for each API. The key is proved before it is saved, and never shown again.',
      login: 'Login', password: 'Password', connect: 'Test and connect', change: 'Change the access', saved: 'The platform is connected', works: 'The access works: {name}, account {id}', partly: 'There is access, but not all of it works: {name}, account {id}', zone: 'Time zone of the account: {zone}',
      partTitle: 'Disconnect the telephony platform?', partWhat: 'The access and the platform’s directory are forgotten. Calls still come in by notifications, but there is no click to call, no history and no search for lost notifications.',
    },
    hooks: {
      title: 'Notifications', what: 'The platform sends them about every call. Without them the connector knows of no calls.',
      how: { 1: 'In the platform’s cabinet open “Notifications → HTTP notifications”.', 2: 'Create a notification for each item below: copy its method, address, header and body. At least: incoming call, waiting for an answer, talk began, call ended, lost call, recorded talk.', 3: 'Make a call to try them and open the journal.' },
      secrets: 'Secrets', path: 'Secret in the address', body: 'Secret in the body', created: 'drawn', until: 'valid till', rotate: 'Replace', rotateTitle: { path: 'A new secret in the address', body: 'A new secret in the body', both: 'Ready notifications' },
      rotateWhat: 'The new secret is shown once. The one before it is still taken, so that there is time to change the notifications at the platform.', overlap: 'The one before it stays valid for', overlapWhat: 'Choose less if the secret may have leaked.', hours: { h1: 'an hour', h24: 'a day', h168: 'a week', h720: '30 days' }, draw: 'Draw a new secret',
      drawn: 'The new secret is in the templates below', drawnWhat: 'Shown this once: paste the templates into the platform’s cabinet before you leave the page. The other secret, which was not changed, is a placeholder: leave it as it was.', kept: 'Templates are pasted',
      variant: 'How notifications are written', variantWhat: 'Choose form or GET where the cabinet has no JSON.', variants: { json: 'JSON', form: 'Form', get: 'GET' },
      placeholders: 'Secrets are shown once, when they are drawn. SECRET-OF-THE-ADDRESS and SECRET-OF-THE-TEMPLATE stand here for them: put in your own, or get ready notifications with new secrets.', both: 'Get ready notifications', bothWhat: 'Secrets are shown this once: paste the notifications into the platform’s cabinet before you leave the page.', all: 'Copy all', url: 'Address', type: 'Content-Type', text: 'Body',
    },
  },
)
