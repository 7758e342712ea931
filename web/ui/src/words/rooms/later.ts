import { words } from '..'

export default words(
  {
    chats: { title: 'Чаты ещё не подключены', what: 'Здесь будут каналы чатов, создание сущностей, воронки, ответственные, шаблоны и доп. поля для переписки. Раздел появится вместе с обработкой чатов; телефония от него не зависит.' },
    offline: { title: 'Офлайн-заявки ещё не подключены', what: 'Здесь будет то же, что для чатов: что создавать по заявке с сайта, на кого и на какой стадии. Раздел появится вместе с обработкой чатов и заявок.' },
    lines: { title: 'Открытые линии ещё не подключены', what: 'Здесь будет включение линий и доп. поля для них; сами каналы выбирают в портале, в контакт-центре. Раздел появится вместе с обработкой чатов.' },
    toTelephony: 'К настройкам телефонии',
  },
  {
    chats: { title: 'Chats are not connected yet', what: 'Channels of chats, what to create, funnels, responsibles, templates and extra fields for conversations will be here. The section comes together with the processing of chats; telephony does not depend on it.' },
    offline: { title: 'Offline requests are not connected yet', what: 'The same as for chats will be here: what to create of a request from the site, for whom and at what stage. The section comes together with the processing of chats and requests.' },
    lines: { title: 'Open lines are not connected yet', what: 'Switching lines on and their extra fields will be here; the channels themselves are chosen in the portal’s contact centre. The section comes together with the processing of chats.' },
    toTelephony: 'To the settings of telephony',
  },
)
