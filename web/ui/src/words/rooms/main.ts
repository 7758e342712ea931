import { words } from '..'

export default words(
  {
    appName: 'Название приложения', appNameWhat: 'Чем станет переменная app_name в названиях сущностей.',
    timeZone: 'Часовой пояс', timeZoneWhat: 'В нём пишется время звонков и считаются рабочие часы.',
    country: 'Страна', countryWhat: 'По правилам этой страны читаются номера без кода страны.',
    language: 'Язык записей в портале', languageWhat: 'На нём коннектор пишет заметки в CRM и сообщает сотруднику, почему звонок не удался.',
    languages: { ru: 'Русский', en: 'Английский' },
    own: 'Свои номера', ownWhat: 'Номера компании: по ним клиента не ищут и в карточку клиента их не пишут. Введите номер и нажмите Enter.', ownPlaceholder: 'Например, +7 495 000-01-01',
    ownAdd: 'Добавить номер из справочника: {n} | Добавить {n} номера из справочника | Добавить {n} номеров из справочника', ownRemove: 'Убрать номер {number}',
    general: 'Общее', portal: 'Портал', portalWhat: 'Все разделы настроек относятся к этому порталу.', toPortals: 'Все порталы', since: 'с {when}',
  },
  {
    appName: 'Name of the application', appNameWhat: 'What the variable app_name becomes in names of entities.',
    timeZone: 'Time zone', timeZoneWhat: 'Times of calls and working hours are in it.',
    country: 'Country', countryWhat: 'Numbers without a country code are read by the rules of this country.',
    language: 'Language of records in the portal', languageWhat: 'The connector writes notes into the CRM in it, and tells an employee why a call failed.',
    languages: { ru: 'Russian', en: 'English' },
    own: 'Own numbers', ownWhat: 'The company’s numbers: no customer is looked for by them, and they are never written as a customer’s. Type a number and press Enter.', ownPlaceholder: 'For example, +7 495 000-01-01',
    ownAdd: 'Add {n} number from the directory | Add {n} numbers from the directory', ownRemove: 'Remove the number {number}',
    general: 'General', portal: 'Portal', portalWhat: 'All sections of the settings are about this portal.', toPortals: 'All portals', since: 'since {when}',
  },
)
