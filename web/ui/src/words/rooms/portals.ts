import { words } from '..'

export default words(
  { state: { ok: 'Работает', reauthorise: 'Нужна повторная авторизация', blocked: 'Заблокирован', disconnected: 'Отключён' } },
  { state: { ok: 'Works', reauthorise: 'To be authorised again', blocked: 'Blocked', disconnected: 'Disconnected' } },
)
