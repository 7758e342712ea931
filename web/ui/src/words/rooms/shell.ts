import { words } from '..'

export default words(
  {
    overview: 'Обзор', portals: 'Порталы', tokens: 'Токены', tenants: 'Клиенты', main: 'Главная', telephony: 'Телефония', chats: 'Чаты',
    offline: 'Офлайн-заявки', lines: 'Открытые линии', employees: 'Сотрудники', simulate: 'Проверка на прошлом', limits: 'Лимиты', jobs: 'Задания',
    versions: 'Версии настроек', journal: 'Журнал', call: 'Звонок', event: 'Событие', letters: 'Не доставлено', audit: 'Кто что менял', lost: 'Нет такой страницы',
    groups: { work: 'Работа', settings: 'Настройки', portal: 'Портал', account: 'Учётная запись' },
    portal: 'Портал', noPortal: 'Портал не подключён', save: 'Сохранить', undo: 'Отменить изменения', saved: 'Настройки сохранены, версия {n}',
    unsaved: 'Есть несохранённые изменения', unsavedHere: 'не сохранено', problems: 'Исправьте {n} поле | Исправьте {n} поля | Исправьте {n} полей', toProblem: 'Показать',
    warnings: 'Предупреждение: {n} | Предупреждения: {n} | Предупреждений: {n}', goodWarnings: 'Сохранено. Посмотрите предупреждения: {n}',
    stale: 'Настройки за это время изменил кто-то другой', staleWhat: 'Ваши изменения не сохранены и остались на странице. Загрузите новую версию и внесите их ещё раз или сравните версии.',
    reload: 'Загрузить новую версию', compare: 'Сравнить версии', leave: 'Изменения не сохранены. Уйти со страницы?', readOnly: 'У вас доступ только для чтения: изменения сохранить нельзя.',
    help: 'Справка', closeHelp: 'Закрыть справку', menu: 'Меню', language: 'Язык', loading: 'Загрузка…', again: 'Повторить', required: 'обязательное поле', signOut: 'Выйти',
    signIn: { title: 'Вход', what: 'Введите токен доступа. Его создаёт администратор на странице «Токены», или его показали при создании клиента.', token: 'Токен', enter: 'Войти', wrong: 'Такого токена нет, или он отозван. Проверьте, что он введён целиком.' },
    ended: 'Сеанс закончился', endedWhat: { portal: 'Обновите страницу портала, чтобы продолжить.', cabinet: 'Обновите страницу личного кабинета, чтобы продолжить.' },
    lostWhat: 'Проверьте адрес или начните с обзора.', toOverview: 'К обзору', skip: 'К содержанию', more: 'Показать ещё', nothing: 'Ничего нет', choose: 'Выберите', remove: 'Убрать', cancel: 'Отмена', close: 'Закрыть', yes: 'Да', no: 'Нет', copy: 'Скопировать', copied: 'Скопировано', gone: 'нет в справочнике',
  },
  {
    overview: 'Overview', portals: 'Portals', tokens: 'Tokens', tenants: 'Tenants', main: 'Main', telephony: 'Telephony', chats: 'Chats',
    offline: 'Offline requests', lines: 'Open lines', employees: 'Employees', simulate: 'Try on the past', limits: 'Limits', jobs: 'Jobs',
    versions: 'Settings versions', journal: 'Journal', call: 'Call', event: 'Event', letters: 'Not delivered', audit: 'Who changed what', lost: 'No such page',
    groups: { work: 'Work', settings: 'Settings', portal: 'Portal', account: 'Account' },
    portal: 'Portal', noPortal: 'No portal is connected', save: 'Save', undo: 'Undo changes', saved: 'Settings saved, version {n}',
    unsaved: 'There are unsaved changes', unsavedHere: 'not saved', problems: 'Correct {n} field | Correct {n} fields', toProblem: 'Show',
    warnings: '{n} warning | {n} warnings', goodWarnings: 'Saved. Look at the warnings: {n}',
    stale: 'Somebody else has changed the settings meanwhile', staleWhat: 'Your changes are not saved and are still on the page. Load the new version and make them again, or compare the versions.',
    reload: 'Load the new version', compare: 'Compare versions', leave: 'Changes are not saved. Leave the page?', readOnly: 'You may only read: changes cannot be saved.',
    help: 'Help', closeHelp: 'Close help', menu: 'Menu', language: 'Language', loading: 'Loading…', again: 'Try again', required: 'required field', signOut: 'Sign out',
    signIn: { title: 'Sign in', what: 'Enter an access token. An administrator makes one on the page “Tokens”; the first was shown when the tenant was created.', token: 'Token', enter: 'Sign in', wrong: 'There is no such token, or it was revoked. Check that it was entered whole.' },
    ended: 'The session has ended', endedWhat: { portal: 'Reload the portal’s page to go on.', cabinet: 'Reload the page of your cabinet to go on.' },
    lostWhat: 'Check the address or begin with the overview.', toOverview: 'To the overview', skip: 'Skip to content', more: 'Show more', nothing: 'Nothing here', choose: 'Choose', remove: 'Remove', cancel: 'Cancel', close: 'Close', yes: 'Yes', no: 'No', copy: 'Copy', copied: 'Copied', gone: 'not in the directory',
  },
)
