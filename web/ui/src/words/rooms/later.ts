import { words } from '..'

export default words(
  {
    lines: { title: 'Открытые линии ещё не подключены', what: 'Здесь будет включение линий и доп. поля для них; сами каналы выбирают в портале, в контакт-центре. Раздел появится вместе с обработкой чатов.' },
    toTelephony: 'К настройкам телефонии',
  },
  {
    lines: { title: 'Open lines are not connected yet', what: 'Switching lines on and their extra fields will be here; the channels themselves are chosen in the portal’s contact centre. The section comes together with the processing of chats.' },
    toTelephony: 'To the settings of telephony',
  },
)
