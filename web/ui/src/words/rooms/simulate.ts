import { words } from '..'

export default words(
  { mark: { yes: 'выполнено', no: 'не выполнено', unknown: 'неизвестно' } },
  { mark: { yes: 'holds', no: 'does not hold', unknown: 'unknown' } },
)
